using System.Net.Http.Headers;
using System.Text;
using PgWorkflows.Engine.Activities.Http;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Server.Http;

/// <summary>
/// Sends the requests of SendHttpRequest and FlowSendHttpRequest: 30 s at most, 1 MiB of an answer, five redirects that keep the scheme,
/// and no connection to addresses where clouds keep credentials unless that is allowed.
/// </summary>
internal sealed class HttpSender(IHttpClientFactory clients, TimeProvider time) : IHttpSender
{
    private const string Client = "workflows";
    private const int MaxBytes = 1024 * 1024;
    private const int MaxRedirects = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A sender with its own client factory: it is there before the server's services are.</summary>
    public static HttpSender Create(bool allowsMetadataAddresses, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddHttpClient(Client, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                ConnectCallback = new Connections(allowsMetadataAddresses).ConnectAsync,
            });
        return new(services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>(), time);
    }

    /// <inheritdoc/>
    public async ValueTask<HttpReply> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        using var atLimit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, atLimit.Token);
        try
        {
            return await FollowAsync(message, either.Token);
        }
        catch (HttpRequestException e)
        {
            return new HttpReply.NotConnected(e.InnerException?.Message ?? e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HttpReply.TimedOut(Limit);
        }
    }

    private async Task<HttpReply> FollowAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(Client);
        for (var redirects = 0; ; redirects++)
        {
            using var request = RequestOf(message);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (redirects < MaxRedirects && Next(message, answer) is { } next)
            {
                message = next;
                continue;
            }

            var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(
                header => header.Key, IReadOnlyList<string> (header) => [.. header.Value], StringComparer.OrdinalIgnoreCase);
            return new HttpReply.Answered((int)answer.StatusCode, await TextAsync(answer.Content, cancellationToken), answer.Content.Headers.ContentType?.MediaType, headers);
        }
    }

    private static HttpRequestMessage RequestOf(HttpMessage message)
    {
        var request = new HttpRequestMessage(new HttpMethod(message.Method), message.Url);
        if (message.Content is not null)
        {
            request.Content = new StringContent(message.Content, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(message.ContentType, out var type) ? type
                : throw new InputException("ContentType", $"is '{message.ContentType}'; give a media type such as application/json");
        }

        foreach (var (name, values) in message.Headers)
        {
            if (message.ChecksAuthorization && name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
                && !values.All(value => AuthenticationHeaderValue.TryParse(value, out var parsed) && parsed.Parameter is not null))
                throw new InputException("Authorization", "is not of the form 'scheme value', for example 'Bearer …'");
            if (!request.Headers.TryAddWithoutValidation(name, values))
                request.Content?.Headers.TryAddWithoutValidation(name, values);
        }

        return request;
    }

    /// <summary>Where a redirect leads, if it keeps the scheme; credentials do not go to another server, and a body only where the code says so.</summary>
    private static HttpMessage? Next(HttpMessage message, HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location)
            return null;
        var url = new Uri(message.Url, location);
        if (url.Scheme != message.Url.Scheme)
            return null;
        var headers = url.Authority == message.Url.Authority ? message.Headers
            : message.Headers.Where(header => !header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)).ToDictionary(header => header.Key, header => header.Value);
        return (int)answer.StatusCode is 307 or 308 || message.Method is "GET" or "HEAD"
            ? message with { Url = url, Headers = headers }
            : message with { Url = url, Headers = headers, Method = "GET", Content = null };
    }

    private static async Task<string> TextAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxBytes + 1];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return count > MaxBytes
            ? throw new HttpRequestException($"The answer has more than {MaxBytes:N0} bytes.")
            : Encoding.UTF8.GetString(buffer, 0, count);
    }
}
