using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.Probes;

/// <summary>Both clients against real servers in every kind of trouble.</summary>
[Trait("Category", "Process")]
public sealed class ProbeTests
{
    private const string Canary = "canary-0f8e2d";

    private readonly ProbeClients _clients = ProbeClients.Create(new CommandRunner(TimeProvider.System), TimeProvider.System);

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public static TheoryData<ClientKind> Clients => [ClientKind.Psql, ClientKind.Npgsql];

    [Theory, MemberData(nameof(Clients))]
    public async Task A_healthy_server_answers_to_both_probes(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var resource = cluster.Resource with { Client = client };

        var relations = await Probe(resource, ProbeKind.SystemRelations);
        var databases = await Probe(resource, ProbeKind.DatabaseList);

        Assert.True(relations.Succeeded, relations.Evidence.Output);
        Assert.True(databases.Succeeded, databases.Evidence.Output);
        var (first, second) = client == ClientKind.Psql
            ? ($@"psql -p {cluster.Port} -U postgres -c \dS -d template1 -w", $"psql -p {cluster.Port} -U postgres -l -w")
            : ($@"npgsql -p {cluster.Port} -U postgres -d template1: \dS", $"npgsql -p {cluster.Port} -U postgres -l");
        Assert.Equal((first, second), (relations.Evidence.Command, databases.Evidence.Command));
        Assert.Equal(client == ClientKind.Psql ? 0 : null, relations.Evidence.ExitCode);
        if (client == ClientKind.Npgsql)
            Assert.Equal("(3 rows)", databases.Evidence.Output);
        else
            Assert.Contains("template0", databases.Evidence.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_clients_list_the_same_system_relations()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();

        var psql = await new CommandRunner(TimeProvider.System).RunAsync(PsqlProbe.Command(cluster.Resource, ProbeKind.SystemRelations), None);
        var npgsql = await Probe(cluster.Resource with { Client = ClientKind.Npgsql }, ProbeKind.SystemRelations);

        Assert.EndsWith(npgsql.Evidence.Output, psql.Stdout.Trim(), StringComparison.Ordinal);
        Assert.Matches(@"^\(\d\d\d rows\)$", npgsql.Evidence.Output);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_stopped_server_refuses(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.CreateAsync();

        var probe = await Probe(cluster.Resource with { Client = client }, ProbeKind.SystemRelations);

        Assert.False(probe.Succeeded);
        Assert.Contains("refused", probe.Evidence.Output, StringComparison.Ordinal);
        Assert.Equal(client == ClientKind.Psql ? 2 : null, probe.Evidence.ExitCode);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_frozen_server_is_given_up_at_the_limit_and_nothing_stays_behind(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var user = $"probe_{Guid.NewGuid():N}"; // finds our psql among all processes
        await TemporaryCluster.SignalAsync("STOP", cluster.Pid);

        var clock = Stopwatch.StartNew();
        var probe = await Probe(cluster.Resource with { Client = client, User = user, ProbeLimit = TimeSpan.FromSeconds(1) }, ProbeKind.SystemRelations);

        Assert.False(probe.Succeeded);
        Assert.Null(probe.Evidence.ExitCode);
        Assert.StartsWith("ended after its limit of 1 s", probe.Evidence.Output, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(4));
        Assert.Empty(ProcessesWith(user));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_cancelled_probe_throws_at_once(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await TemporaryCluster.SignalAsync("STOP", cluster.Pid);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _clients.For(cluster.Resource with { Client = client }).RunAsync(cluster.Resource, ProbeKind.DatabaseList, cancellation.Token));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_password_comes_from_the_pass_file_and_appears_nowhere(ClientKind client)
    {
        await using var cluster = await WithPassword(Canary);
        var passFile = await PassFile(cluster, Canary);
        var resource = cluster.Resource with { Client = client, User = "guarded", PassFile = passFile };

        var right = await Probe(resource, ProbeKind.SystemRelations);
        Assert.True(right.Succeeded, right.Evidence.Output);

        await PassFile(cluster, Canary + "-wrong");
        var wrong = await Probe(resource, ProbeKind.SystemRelations);
        Assert.False(wrong.Succeeded);
        Assert.Contains("password authentication failed for user \"guarded\"", wrong.Evidence.Output, StringComparison.Ordinal);
        if (client == ClientKind.Npgsql)
            Assert.Contains("SQLSTATE 28P01", wrong.Evidence.Output, StringComparison.Ordinal);

        Assert.DoesNotContain(Canary, $"{right} {wrong} {resource}", StringComparison.Ordinal);
        var command = PsqlProbe.Command(resource, ProbeKind.SystemRelations);
        Assert.DoesNotContain(Canary, string.Join(' ', [.. command.Arguments, .. command.Environment.Values]), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, NpgsqlProbe.ConnectionString(resource, "template1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_password_psql_does_not_ask()
    {
        await using var cluster = await WithPassword(Canary);

        var probe = await Probe(cluster.Resource with { User = "guarded", PassFile = "/dev/null" }, ProbeKind.DatabaseList);

        Assert.Equal(2, probe.Evidence.ExitCode);
        Assert.Contains("no password supplied", probe.Evidence.Output, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_full_server_says_that_it_is_full(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync("max_connections = 3", "superuser_reserved_connections = 0", "max_wal_senders = 0");
        var sessions = new List<NpgsqlConnection>();
        try
        {
            await Assert.ThrowsAsync<PostgresException>(async () =>
            {
                while (sessions.Count < 10)
                {
                    sessions.Add(new(NpgsqlProbe.ConnectionString(cluster.Resource, "template1")));
                    await sessions[^1].OpenAsync(None);
                }
            });

            var probe = await Probe(cluster.Resource with { Client = client }, ProbeKind.DatabaseList);

            Assert.False(probe.Succeeded);
            Assert.Contains("too many clients", probe.Evidence.Output, StringComparison.Ordinal);
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }
    }

    [Theory]
    [InlineData(PortSource.StatusOutput, "Missing")]
    [InlineData(PortSource.PostmasterPid, "Match")]
    public async Task A_port_that_only_postgresql_conf_knows_is_missing_from_the_status_output(PortSource source, string outcome)
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        await File.AppendAllLinesAsync(Path.Combine(cluster.DataDirectory, "postgresql.conf"), [$"port = {cluster.Port}"], None);
        await cluster.StartAsync("-F");
        var resource = cluster.Resource with { PortSource = source };
        var status = await new CommandRunner(TimeProvider.System).RunAsync(PgCtl.Status(resource), None);
        Assert.True(status.Succeeded);

        var result = await new MatchPort(new ResourceList([resource])).RunAsync(new MatchPort.Inputs("main", status.Stdout), None);

        Assert.Equal(outcome, Assert.Single(Assert.IsType<ActivityResult.Completed>(result).Outcomes));
    }

    private Task<ProbeResult> Probe(Resource resource, ProbeKind kind) => _clients.For(resource).RunAsync(resource, kind, None);

    private static async Task<TemporaryCluster> WithPassword(string password)
    {
        var cluster = await TemporaryCluster.CreateAsync();
        var rules = Path.Combine(cluster.DataDirectory, "pg_hba.conf");
        await File.WriteAllTextAsync(rules, "host all guarded 127.0.0.1/32 scram-sha-256\n" + await File.ReadAllTextAsync(rules, None), None);
        await cluster.StartAsync("-p", cluster.Port.ToString(CultureInfo.InvariantCulture));
        await cluster.SqlAsync($"create role guarded login password '{password}'");
        return cluster;
    }

    private static async Task<string> PassFile(TemporaryCluster cluster, string password)
    {
        var path = Path.Combine(cluster.DataDirectory, "pass");
        await TestCommand.RunAsync("/bin/sh", "-c", """umask 077; printf '%s\n' "*:*:*:*:$1" >"$2" """, "sh", password, path);
        return path;
    }

    private static IEnumerable<string> ProcessesWith(string text) => Directory.EnumerateDirectories("/proc")
        .Where(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _))
        .Where(path =>
        {
            try
            {
                return File.ReadAllText(path + "/cmdline").Contains(text, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        });
}
