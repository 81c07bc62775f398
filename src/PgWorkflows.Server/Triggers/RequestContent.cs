using System.Text;
using System.Text.Json;
using PgWorkflows.Server.Elsa;

namespace PgWorkflows.Server.Triggers;

/// <summary>Reads what a workflow is given of a request: bounded, and without what would let its reader act in the caller's name.</summary>
internal static class RequestContent
{
    private const int MostBytes = 1024 * 1024;

    private static readonly string[] Secrets = ["Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key"];

    /// <summary>The request as the outputs of HttpEndpoint.</summary>
    /// <exception cref="Refusal">It is too large or cannot be read.</exception>
    public static async Task<Dictionary<string, object?>> ReadAsync(HttpContext context, RouteValueDictionary route, long? limit) => new()
    {
        ["RouteData"] = route.ToDictionary(pair => pair.Key, pair => (object?)pair.Value?.ToString()),
        ["QueryStringData"] = context.Request.Query.ToDictionary(pair => pair.Key, pair => Values(pair.Value)),
        ["Headers"] = context.Request.Headers.Where(pair => !Secrets.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary(pair => pair.Key, pair => Values(pair.Value)),
        ["ParsedContent"] = await BodyAsync(context, Math.Clamp(limit ?? MostBytes, 0, MostBytes)),
    };

    private static async Task<object?> BodyAsync(HttpContext context, long limit)
    {
        var request = context.Request;
        if (request.ContentLength > limit)
            throw TooLarge(limit);
        if (request.HasFormContentType && request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, "Content-Type", "Files are not taken here. Send JSON, a form or text.");

        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + read > limit)
                throw TooLarge(limit);
            body.Write(buffer, 0, read);
        }

        if (body.Length == 0)
            return null;
        var text = Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
        if (request.HasFormContentType)
            return Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(text).ToDictionary(pair => pair.Key, pair => Values(pair.Value));
        if (request.HasJsonContentType())
            return Json(text);
        return text;
    }

    private static JsonElement Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "body", $"The body is not JSON: {e.Message}");
        }
    }

    private static object? Values(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 1 ? values[0] : values.ToArray();

    private static Refusal TooLarge(long limit) => new(StatusCodes.Status413PayloadTooLarge, "body", $"The body is larger than {limit} bytes.");
}
