using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;

namespace PgWorkflows.Windows.Tests;

/// <summary>The five actions on the real Windows PostgreSQL service.</summary>
[Collection(WindowsLabCollection.Name)]
public sealed class PostgresServiceTests(WindowsLab lab) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await lab.StopServerAsync();
        File.Delete(Path.Combine(lab.Data, "test.conf"));
    }

    [Theory]
    [InlineData("sc")] // Wine's own: no error numbers, no third line
    [InlineData("labsc")] // Microsoft's layout and numbers
    [InlineData("labsc-ja")]
    public async Task Starts_checks_recovers_and_stops_the_server(string serviceCommand)
    {
        using var main = new Supervised(lab.Postgres(serviceCommand));

        (await main.RunAsync(ResourceAction.QuickCheck)).Is("Skipped 0 OSU");
        (await main.RunAsync(ResourceAction.Restore)).Is("Succeeded 0 ISP", 113504, 113500);
        (await main.RunAsync(ResourceAction.Restore)).Is("Succeeded 0 ISP", 113504, 113500); // It runs already.
        (await main.RunAsync(ResourceAction.QuickCheck)).Is("Succeeded 0 ISP");
        (await main.RunAsync(ResourceAction.DeepCheck)).Is("Succeeded 0 ISP");

        await lab.KillServerAsync();
        Assert.Contains("is not running.", (await main.RunAsync(ResourceAction.QuickCheck)).Is("Failed 1 ISP", 113544).Texts[0]);
        (await main.RunAsync(ResourceAction.DeepCheck)).Is("Failed 1 ISP", 113563);
        (await main.RunAsync(ResourceAction.Recover)).Is("Succeeded 0 ISP", 113584, 113580);

        (await main.RunAsync(ResourceAction.Recover)).Is("Succeeded 0 ISP", 113584, 113580); // Of a running server: stop, then start.
        (await main.RunAsync(ResourceAction.DeepCheck)).Is("Succeeded 0 ISP");
        (await main.RunAsync(ResourceAction.Remove)).Is("Succeeded 0 OSU", 113524, 113520);
        (await main.RunAsync(ResourceAction.Remove)).Is("Succeeded 0 OSU", 113524, 113520); // It is stopped already.
        Assert.False(File.Exists(Path.Combine(lab.Data, "postmaster.pid")));
    }

    [Fact]
    public async Task A_start_that_the_manager_accepts_and_the_server_does_not_ends_failed()
    {
        await File.WriteAllTextAsync(Path.Combine(lab.Data, "test.conf"), "no_such_setting = 1\n", TestContext.Current.CancellationToken);
        using var main = new Supervised(lab.Postgres());

        (await main.RunAsync(ResourceAction.Restore)).Is("Failed 1 OSF", 113504, 113501);
        (await main.RunAsync(ResourceAction.Recover)).Is("Failed 1 OSF", 113584, 113581);

        File.Delete(Path.Combine(lab.Data, "test.conf"));
        (await main.RunAsync(ResourceAction.Restore)).Is("Succeeded 0 ISP", 113504, 113500);
    }

    [Fact]
    public async Task A_service_that_says_stopped_while_the_server_runs_on_is_told_and_the_server_is_left_alone()
    {
        // pg_ctl's service gives up after -t seconds and says stopped, while the server goes on with its recovery.
        const string Impatient = "postgresql-impatient";
        await lab.RunAsync("pg_ctl", "register", "-N", Impatient, "-D", lab.WindowsData, "-S", "demand", "-w", "-t", "1", "-o", $"-p {lab.Port}");
        await File.WriteAllTextAsync(Path.Combine(lab.Data, "test.conf"), "restore_command = 'ping -n 3 127.0.0.1'\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(lab.Data, "recovery.signal"), "", TestContext.Current.CancellationToken);
        var resource = lab.Postgres() with { Service = Impatient };
        using var begun = new Supervised(resource);
        using var main = new Supervised(resource with { InitialState = ResourceState.ISP });

        var restored = (await begun.RunAsync(ResourceAction.Restore)).Is("Failed 1 OSF", 113504, 113501);
        var server = lab.PidFile?.Pid;
        await WindowsLab.UntilAsync(() => Task.FromResult(lab.PidFile?.Status is "ready" or "standby"));

        TellsIt(restored);
        TellsIt((await main.RunAsync(ResourceAction.QuickCheck)).Is("Failed 1 ISP", 113544));
        TellsIt((await main.RunAsync(ResourceAction.DeepCheck)).Is("Failed 1 ISP", 113563));
        TellsIt((await main.RunAsync(ResourceAction.Recover)).Is("Failed 1 OSF", 113584, 113581)); // Stopped is started, and that start meets the lock file.
        TellsIt((await main.RunAsync(ResourceAction.Remove)).Is("Succeeded 0 OSU", 113524, 113520)); // Stopped is what was wanted.
        Assert.Equal(server, lab.PidFile?.Pid);

        // What the sentence advises does help.
        await lab.RunAsync("pg_ctl", "stop", "-D", lab.Data, "-w");
        var stopped = (await main.RunAsync(ResourceAction.Remove)).Is("Succeeded 0 OSU", 113524, 113520);
        Assert.DoesNotContain(stopped.Steps, step => step.Contains("runs on", StringComparison.Ordinal));
        await lab.RunAsync("pg_ctl", "unregister", "-N", Impatient);
        File.Delete(Path.Combine(lab.Data, "recovery.signal"));

        static void TellsIt(Supervised.Seen seen) =>
            Assert.Contains(seen.Steps, step => step.Contains("1 STOPPED; but pg_ctl status says that a server runs on in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_another_port_is_expected_of_or_that_refuses_the_role_fails_the_deep_check()
    {
        using var main = new Supervised(lab.Postgres());
        (await main.RunAsync(ResourceAction.Restore)).Is("Succeeded 0 ISP", 113504, 113500);

        using var wrongPort = new Supervised(lab.Postgres() with { Port = lab.Port ^ 1, InitialState = ResourceState.ISP });
        (await wrongPort.RunAsync(ResourceAction.DeepCheck)).Is("Failed 4 ISP", 113004);
        using var wrongRole = new Supervised(lab.Postgres() with { User = "nobody_here", InitialState = ResourceState.ISP });
        var refused = (await wrongRole.RunAsync(ResourceAction.DeepCheck)).Is("Failed 5 ISP", 113000, 113564);
        Assert.Contains("role \"nobody_here\" does not exist", refused.Texts[0], StringComparison.Ordinal);
        using var wrongName = new Supervised(lab.Postgres() with { Service = "postgresql-x64-99", InitialState = ResourceState.ISP });
        var missing = (await wrongName.RunAsync(ResourceAction.Restore)).Is("Failed 2 OSF", 113504, 113005, 113501);
        Assert.EndsWith("The command [labsc start postgresql-x64-99] failed. (1060 ERROR_SERVICE_DOES_NOT_EXIST)", missing.Texts[1], StringComparison.Ordinal);
    }
}
