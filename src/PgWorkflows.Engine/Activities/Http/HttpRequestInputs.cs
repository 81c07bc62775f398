using System.Text.Json;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities.Http;

/// <summary>What both activities that send HTTP requests are told.</summary>
public sealed record HttpRequestInputs(
    [Input("The address, http or https.")] string Url,
    [Input("The method.", UIHint = "dropdown", Options = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])] string Method = "GET",
    [Input("The body: text as it is, anything else as JSON.", UIHint = "multi-line")] object? Content = null,
    [Input("The body's media type.", UIHint = "dropdown",
        Options = ["application/json", "text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded"])] string? ContentType = null,
    [Input("The Authorization header, for example Bearer and a token.")] string? Authorization = null,
    [Input("Send the Authorization header as it is.")] bool DisableAuthorizationHeaderValidation = false,
    [Input("Further headers by name.", UIHint = "json-editor")] JsonElement? RequestHeaders = null)
{
    internal HttpMessage ToMessage()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new InputException(nameof(Url), $"is not an http or https address ('{Url}')");

        var headers = HttpHeaders.Of(RequestHeaders);
        if (!string.IsNullOrWhiteSpace(Authorization))
            headers["Authorization"] = [Authorization];
        var content = Content is null ? null : ValueConverter.ToText(Content);
        return new(url, Method.ToUpperInvariant(), content, ContentType ?? "application/json", headers, !DisableAuthorizationHeaderValidation);
    }
}

/// <summary>Headers as definitions give them: an object of texts or lists of texts.</summary>
internal static class HttpHeaders
{
    public static Dictionary<string, IReadOnlyList<string>> Of(JsonElement? json)
    {
        var headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        if (json is not { ValueKind: JsonValueKind.Object } given)
            return headers;
        foreach (var member in given.EnumerateObject())
        {
            headers[member.Name] = member.Value.ValueKind == JsonValueKind.Array
                ? [.. member.Value.EnumerateArray().Select(item => ValueConverter.ToText(ValueConverter.Normalize(item)))]
                : [ValueConverter.ToText(ValueConverter.Normalize(member.Value))];
        }

        return headers;
    }
}
