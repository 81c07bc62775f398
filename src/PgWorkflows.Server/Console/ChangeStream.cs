using PgWorkflows.Persistence;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console;

/// <summary>Tells open pages that something has changed, as server-sent events; what has changed they read as any reader does, with their own rights.</summary>
internal static class ChangeStream
{
    public const string Path = "/changes";

    private const int MostStreams = 100;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(400);

    /// <summary>Then the browser asks again, so that a session which has ended meanwhile is noticed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private static int _streams;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, TellAsync).RequirePermission(Permissions.ReadResources);

    private static async Task TellAsync(HttpContext context, Installation installation, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        if (Interlocked.Increment(ref _streams) > MostStreams)
        {
            Interlocked.Decrement(ref _streams);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable; // The page goes back to asking now and then.
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            using var watch = new ChangeWatch(installation.Database);
            context.Response.ContentType = "text/event-stream";
            var (seen, began) = (watch.Version(), time.GetTimestamp());
            await SendAsync(context, seen, end.Token);
            while (time.GetElapsedTime(began) < Longest)
            {
                await Task.Delay(Look, time, end.Token);
                if (watch.Version() is var now && now != seen)
                    await SendAsync(context, seen = now, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The page was left, or the server stops.
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private static async Task SendAsync(HttpContext context, long version, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync($"data: {version}\n\n", cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }
}
