using System.Text.Json;
using PgWorkflows.Server.Console;

namespace PgWorkflows.Server.Access;

/// <summary>How a refusal or an error is told: to programs as ProblemDetails, to people as a page.</summary>
internal static class Answers
{
    public static Task ProblemAsync(HttpContext context, int status, string detail, string? field = null)
    {
        context.Response.StatusCode = status;
        var title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
        return field is null
            ? context.Response.WriteAsJsonAsync(new { type = "about:blank", title, status, detail }, JsonSerializerOptions.Web, "application/problem+json")
            : context.Response.WriteAsJsonAsync(
                new { type = "about:blank", title, status, detail, field }, JsonSerializerOptions.Web, "application/problem+json");
    }

    public static Task PageAsync(HttpContext context, int status, string detail) => MessagePage.Show(context, status, detail).ExecuteAsync(context);
}
