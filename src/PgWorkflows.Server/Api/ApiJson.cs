using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgWorkflows.Server.Api;

/// <summary>How our API writes.</summary>
internal static class ApiJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // It is sent as JSON and never becomes part of a page.
        Converters = { new JsonStringEnumConverter() },
    };

    public static IResult Ok<T>(T value, int status = StatusCodes.Status200OK) => Results.Json(value, Options, statusCode: status);

    /// <summary>ProblemDetails that name the field which is wrong.</summary>
    public static IResult Problem(int status, string field, string detail) =>
        Results.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["field"] = field });
}
