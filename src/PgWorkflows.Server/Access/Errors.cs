using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Access;

/// <summary>The host's one broad catch: what nobody expected becomes an answer without insides, and a log entry with them.</summary>
internal sealed partial class Errors(RequestDelegate next, Installation installation, ILogger<Errors> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false, ContentType: null })
                await TellUnboundAsync(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Answers.ProblemAsync(context, e.StatusCode, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception e) when (!context.Response.HasStarted && installation.Database.Health.Explains(e))
        {
            // The log has it already, and the banner of every page.
            var why = $"The history cannot be written, so nothing was done. {installation.Database.Health.Trouble?.Cure}.";
            if (Gate.WantsPage(context.Request))
                await Answers.PageAsync(context, StatusCodes.Status503ServiceUnavailable, why);
            else
                await Answers.ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, why);
        }
#pragma warning disable CA1031 // One of the three places where any exception is caught (style.md, "Errors").
        catch (Exception e) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            Log.Failed(log, e, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            await Answers.ProblemAsync(context, StatusCodes.Status500InternalServerError, $"Something unexpected happened; the server's log says what, under {context.TraceIdentifier}.");
        }
    }

    /// <summary>ASP.NET Core refuses a value that is not of its kind, a number that is none, without a word.</summary>
    private static Task TellUnboundAsync(HttpContext context)
    {
        var given = context.Request.Query.Select(pair => $"{pair.Key}={pair.Value}").ToList();
        var why = $"A value of the address is not of its kind, or out of its range{(given.Count == 0 ? "" : $": {Short(string.Join(", ", given))}")}. Give whole numbers for last, before, page and the like.";
        return Gate.WantsPage(context.Request) ? Answers.PageAsync(context, StatusCodes.Status400BadRequest, why)
            : Answers.ProblemAsync(context, StatusCodes.Status400BadRequest, why, context.Request.Query.Count == 1 ? context.Request.Query.First().Key : null);
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";

    private static partial class Log
    {
        [LoggerMessage(1002, LogLevel.Error, "{Method} {Path} failed ({TraceId})")]
        public static partial void Failed(ILogger log, Exception exception, string method, string path, string traceId);
    }
}
