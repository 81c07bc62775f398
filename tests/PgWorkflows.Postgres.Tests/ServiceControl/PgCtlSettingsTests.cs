using Npgsql;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

/// <summary>The settings of pg_ctl on a real server: stop modes, log file, and servers that somebody else has started.</summary>
public sealed class PgCtlSettingsTests
{
    private static readonly PgCtlServiceControl Control = new(new CommandRunner(TimeProvider.System), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Smart_waits_for_the_sessions_and_is_stopping_until_they_have_left()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var resource = cluster.Resource with { StopMode = StopMode.Smart };
        var session = await SessionAsync(cluster);

        var stopped = await Control.StopAsync(resource, Token);
        var meanwhile = await UntilAsync(resource, status => status != ServiceStatus.Running);
        await using (var command = new NpgsqlCommand("select 1", session))
            Assert.Equal(1, await command.ExecuteScalarAsync(Token)); // The session is served to its end.
        await session.DisposeAsync();

        Assert.True(stopped.Succeeded, stopped.Detail);
        Assert.Equal("pg_ctl stop -D " + cluster.DataDirectory + " -m smart -W", stopped.Evidence.Command);
        Assert.Equal(ServiceStatus.StopPending, meanwhile);
        Assert.Equal(ServiceStatus.Stopped, await UntilAsync(resource, status => status == ServiceStatus.Stopped));
    }

    [Theory]
    [InlineData(StopMode.Fast, "shut down")]
    [InlineData(StopMode.Immediate, "in production")]
    public async Task Fast_ends_the_sessions_and_shuts_down_cleanly_immediate_leaves_a_recovery_to_the_next_start(StopMode mode, string clusterState)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var resource = cluster.Resource with { StopMode = mode };
        await using var session = await SessionAsync(cluster);

        Assert.True((await Control.StopAsync(resource, Token)).Succeeded);
        Assert.Equal(ServiceStatus.Stopped, await UntilAsync(resource, status => status == ServiceStatus.Stopped));

        Assert.Contains(clusterState, await TestCommand.RunAsync(cluster.Program("pg_controldata"), cluster.DataDirectory));
        Assert.True((await Control.StartAsync(resource, Token)).Succeeded);
        Assert.Equal(ServiceStatus.Running, await UntilAsync(resource, status => status == ServiceStatus.Running));
    }

    [Fact]
    public async Task A_server_that_somebody_else_has_started_otherwise_is_seen_and_stopped_and_not_started_twice()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        await cluster.StartAsync("-p", $"{cluster.Port}", "-c", "work_mem=3MB"); // Not by us, and not with our options.
        var pid = cluster.Pid;

        Assert.Equal(ServiceStatus.Running, (await Control.QueryAsync(cluster.Resource, Token)).Status);
        var second = await Control.StartAsync(cluster.Resource, Token);
        Assert.False(second.Succeeded);
        Assert.Equal(pid, cluster.Pid);
        Assert.True((await Control.StopAsync(cluster.Resource, Token)).Succeeded);
        Assert.Equal(ServiceStatus.Stopped, await UntilAsync(cluster.Resource, status => status == ServiceStatus.Stopped));
    }

    [Fact]
    public async Task The_log_goes_where_it_is_told_to_and_a_place_that_cannot_be_written_is_said()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var log = Path.Combine(cluster.DataDirectory, "of its own.log");

        Assert.True((await Control.StartAsync(cluster.Resource with { LogFile = log }, Token)).Succeeded);
        Assert.Equal(ServiceStatus.Running, await UntilAsync(cluster.Resource, status => status == ServiceStatus.Running)); // a start ends while the server still recovers
        Assert.Contains("database system is ready", await File.ReadAllTextAsync(log, Token));
        Assert.True((await Control.StopAsync(cluster.Resource, Token)).Succeeded);
        await UntilAsync(cluster.Resource, status => status == ServiceStatus.Stopped);

        var refused = await Control.StartAsync(cluster.Resource with { LogFile = "/nowhere/pg.log" }, Token);
        Assert.False(refused.Succeeded);
        Assert.Contains("/nowhere/pg.log", refused.Evidence.Output);
    }

    [Fact]
    public async Task The_server_runs_as_the_owner_of_its_data_directory()
    {
        await using var cluster = await TemporaryCluster.CreateAsync();

        Assert.True((await Control.StartAsync(cluster.Resource, Token)).Succeeded);

        var owner = (await TestCommand.RunAsync("/usr/bin/stat", "-c", "%U", cluster.DataDirectory)).Trim();
        Assert.Equal(owner, (await TestCommand.RunAsync("/usr/bin/stat", "-c", "%U", $"/proc/{cluster.Pid}")).Trim());
        Assert.Equal(PostgresInstallation.OsUser ?? Environment.UserName, owner);
    }

    private static async Task<NpgsqlConnection> SessionAsync(TemporaryCluster cluster)
    {
        var session = new NpgsqlConnection($"Host=127.0.0.1;Port={cluster.Port};Username=postgres;Database=template1;Pooling=false");
        await session.OpenAsync(Token);
        return session;
    }

    /// <summary>Asks a real server, which lives in real time, until its status is as wanted; the last one after half a minute.</summary>
    private static async Task<ServiceStatus?> UntilAsync(Resource resource, Func<ServiceStatus?, bool> wanted)
    {
        for (var i = 0; ; i++)
        {
            var status = (await Control.QueryAsync(resource, Token)).Status;
            if (wanted(status) || i == 300)
                return status;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        }
    }
}
