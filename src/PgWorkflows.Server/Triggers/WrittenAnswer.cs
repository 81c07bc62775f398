using PgWorkflows.Engine.Activities.Http;

namespace PgWorkflows.Server.Triggers;

/// <summary>What WriteHttpResponse has said, as a response. Headers that would undo the server's own protection are left out.</summary>
internal sealed class WrittenAnswer(HttpAnswer answer) : IResult
{
    private static readonly string[] Ours = ["Set-Cookie", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Transfer-Encoding", "Content-Length", "Connection"];

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Where(header => !Ours.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
            response.Headers[name] = values.ToArray();
        if (answer.Content is not { } content || answer.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
            return;
        response.ContentType = answer.ContentType;
        await response.WriteAsync(content, httpContext.RequestAborted);
    }
}
