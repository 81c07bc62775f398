namespace PgWorkflows.Protection.Tests;

/// <summary>Real processes live in real time.</summary>
internal static class Until
{
    /// <summary>Looks every 20 ms, for 60 s at most.</summary>
    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    /// <summary>Looks every 20 ms, for 60 s at most.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 3000; attempt++)
        {
            if (await condition())
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("What the test waits for did not happen.");
    }
}
