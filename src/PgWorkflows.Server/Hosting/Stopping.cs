namespace PgWorkflows.Server.Hosting;

/// <summary>The end that is meant: what runs for as long as the server does ends by being cancelled.</summary>
internal static class Stopping
{
    /// <summary>Waits for the work; when the server stops, its cancellation is no failure. The host would log it as one while it does not start.</summary>
    public static async Task UntilStoppedAsync(this Task work, CancellationToken stopping)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }
}
