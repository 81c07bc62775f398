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

    private static partial class Log
    {
        [LoggerMessage(1002, LogLevel.Error, "{Method} {Path} failed ({TraceId})")]
        public static partial void Failed(ILogger log, Exception exception, string method, string path, string traceId);
    }
}
