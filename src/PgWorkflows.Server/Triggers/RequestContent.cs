using System.Text;
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
        ["ParsedContent"] = await BodyAsync(context, (int)Math.Clamp(limit ?? MostBytes, 0, MostBytes)),
    };

    private static async Task<object?> BodyAsync(HttpContext context, int limit)
    {
        var request = context.Request;
        if (request.HasFormContentType && request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, "Content-Type", "Files are not taken here. Send JSON, a form or text.");

        var bytes = await RequestBody.BytesAsync(context, limit);
        if (bytes.IsEmpty)
            return null;
        if (request.HasJsonContentType())
            return RequestBody.Parse(bytes, "body");
        var text = Encoding.UTF8.GetString(bytes.Span);
        if (request.HasFormContentType)
            return Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(text).ToDictionary(pair => pair.Key, pair => Values(pair.Value));
        return text;
    }

    private static object? Values(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 1 ? values[0] : values.ToArray();
}
