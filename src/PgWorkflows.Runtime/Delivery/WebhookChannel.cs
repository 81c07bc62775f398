using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PgWorkflows.Persistence.Runs;

namespace PgWorkflows.Runtime.Delivery;

/// <summary>
/// Posts events to an address of the operator's. Each is signed with HMAC-SHA256 over the timestamp, a dot and the body, so that the receiver can tell
/// that it is ours and not an old one; the event's number is the same when it comes twice.
/// </summary>
public sealed class WebhookChannel(WebhookSettings settings, TimeProvider time, HttpMessageHandler? handler = null) : IEventChannel, IDisposable
{
    private const int Escalation = 114000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The courier sets the limit. A redirect is not followed: it would carry the signature to somebody else.
    private readonly HttpClient _client = new(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public string Name => "webhook";

    /// <inheritdoc/>
    public async Task DeliverAsync(EventFacts logged, CancellationToken cancellationToken)
    {
        if (!IsWanted(logged))
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            logged.Number,
            logged.Id,
            logged.Severity,
            logged.Resource,
            logged.Text,
            Run = logged.RunId,
            logged.Timestamp,
        }, Json);
        var sent = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-PgWorkflows-Event", logged.Number.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("X-PgWorkflows-Timestamp", sent);
        request.Headers.Add("X-PgWorkflows-Signature", "sha256=" + Sign(settings.Secret, sent, body));
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
            return;
        var said = $"the web hook answered {(int)answer.StatusCode}";
        throw answer.StatusCode is HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity ? new EventRefusedException(said) : new HttpRequestException(said);
    }

    /// <summary>The signature that a receiver computes too: HMAC-SHA256 in lower-case hexadecimal digits over timestamp, dot, body.</summary>
    public static string Sign(ReadOnlySpan<byte> secret, string timestamp, ReadOnlySpan<byte> body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, [.. Encoding.ASCII.GetBytes(timestamp + "."), .. body]));

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private bool IsWanted(EventFacts logged) => settings.Events switch
    {
        WebhookEvents.All => true,
        WebhookEvents.Errors => logged.Severity == "Error",
        _ => logged.Id == Escalation,
    };
}

/// <summary>Which events a web hook is told.</summary>
public enum WebhookEvents
{
    /// <summary>When a human is needed (114000).</summary>
    Escalations,

    /// <summary>Everything of severity Error.</summary>
    Errors,

    /// <summary>Everything.</summary>
    All,
}
