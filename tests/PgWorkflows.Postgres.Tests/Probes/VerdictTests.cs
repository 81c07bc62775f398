using System.Globalization;
using Npgsql;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Testing;

namespace PgWorkflows.Postgres.Tests.Probes;

/// <summary>docs/profiles.md, "Verdicts", on real servers, with both clients: what looks alike to yes and no is told apart.</summary>
public sealed class VerdictTests
{
    private readonly ProbeClients _clients = ProbeClients.Create(new CommandRunner(TimeProvider.System), TimeProvider.System);

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public static TheoryData<ClientKind> Clients => [ClientKind.Psql, ClientKind.Npgsql];

    [Theory, MemberData(nameof(Clients))]
    public async Task A_healthy_server_answers_and_is_known_by_all_four_marks(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();

        foreach (var kind in Enum.GetValues<ProbeKind>())
            Is(ServerVerdict.Answers, "it is the resource's by: postmaster.pid, system identifier, data directory, start time", await Examine(cluster.Resource, client, kind));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task An_ordinary_role_may_not_see_the_data_directory_and_the_other_marks_do(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await cluster.SqlAsync("create role ordinary login");

        Is(ServerVerdict.Answers, "it is the resource's by: postmaster.pid, system identifier, start time", await Examine(cluster.Resource with { User = "ordinary" }, client));

        await cluster.SqlAsync("revoke execute on function pg_control_system() from public");
        Is(ServerVerdict.Answers, "it is the resource's by: postmaster.pid", await Examine(cluster.Resource with { User = "ordinary" }, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_full_server_is_busy(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync("max_connections = 3", "superuser_reserved_connections = 0", "max_wal_senders = 0");
        await using var sessions = await FullAsync(cluster);

        Is(ServerVerdict.Busy, "too many clients", await Examine(cluster.Resource, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_server_that_refuses_us_is_a_matter_of_configuration(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        var rules = Path.Combine(cluster.DataDirectory, "pg_hba.conf");
        await File.WriteAllTextAsync(rules, "host all locked 127.0.0.1/32 scram-sha-256\nhost all barred 127.0.0.1/32 reject\n" + await File.ReadAllTextAsync(rules, None), None);
        await cluster.StartAsync("-p", Port(cluster));
        await cluster.SqlAsync("create role locked login password 'right'");
        await cluster.SqlAsync("create role barred login");
        await cluster.SqlAsync("create role asleep");
        var passFile = Path.Combine(cluster.DataDirectory, "pass");
        await TestCommand.RunAsync("/bin/sh", "-c", """umask 077; printf '%s\n' '*:*:*:*:wrong' >"$1" """, "sh", passFile);
        var resource = cluster.Resource;

        Is(ServerVerdict.Configuration, "password authentication failed", await Examine(resource with { User = "locked", PassFile = passFile }, client));
        Is(ServerVerdict.Configuration, "assword", await Examine(resource with { User = "locked", PassFile = "/dev/null" }, client)); // each client has words of its own for none
        Is(ServerVerdict.Configuration, "pg_hba.conf", await Examine(resource with { User = "barred" }, client));
        Is(ServerVerdict.Configuration, "not permitted to log in", await Examine(resource with { User = "asleep" }, client));
        Is(ServerVerdict.Configuration, "role \"nobody\" does not exist", await Examine(resource with { User = "nobody" }, client));
        Is(ServerVerdict.Configuration, "database \"nowhere\" does not exist", await Examine(resource with { CheckDatabase = "nowhere" }, client));
        Is(ServerVerdict.Configuration, "", await Examine(resource with { Host = "no-such-host.invalid" }, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_wrong_port_is_a_matter_of_configuration_and_says_the_right_one(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await using var free = await TemporaryCluster.CreateAsync();

        Is(ServerVerdict.Configuration, $"has port {cluster.Port}, but the resource's is {free.Port}", await Examine(cluster.Resource with { Port = free.Port }, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_frozen_server_hangs(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await TemporaryCluster.SignalAsync("STOP", cluster.Pid);

        Is(ServerVerdict.Hung, $"process {cluster.Pid} is frozen by a signal", await Examine(cluster.Resource with { ProbeLimit = TimeSpan.FromSeconds(1) }, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_question_that_takes_too_long_hangs(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await using var session = new NpgsqlConnection(NpgsqlProbe.ConnectionString(cluster.Resource, "template1"));
        await session.OpenAsync(None);
        await using var locking = new NpgsqlCommand("begin; lock table pg_catalog.pg_class in access exclusive mode", session);
        await locking.ExecuteNonQueryAsync(None);

        Is(ServerVerdict.Hung, "limit", await Examine(cluster.Resource with { ProbeLimit = TimeSpan.FromSeconds(1) }, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_server_in_recovery_is_starting(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.CreateAsync("restore_command = 'sleep 300; false'");
        await TestCommand.RunAsync("/bin/sh", "-c", """: >"$1/recovery.signal" """, "sh", cluster.DataDirectory);
        await TestCommand.RunAsync(cluster.Program("pg_ctl"), "start", "-D", cluster.DataDirectory, "-W", "-l", cluster.Resource.LogFile, "-o", $"-p {cluster.Port}");

        // Its first moments are without a socket: that is starting as well, by postmaster.pid.
        var finding = await Examine(cluster.Resource, client);
        for (var tries = 0; tries < 100 && (finding.Verdict == ServerVerdict.Down || !finding.Reason.Contains("it is starting up or", StringComparison.Ordinal)); tries++)
        {
            Assert.True(finding.Verdict is ServerVerdict.Starting or ServerVerdict.Down, $"{finding}"); // before postmaster.pid is there, it is down
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, None);
            finding = await Examine(cluster.Resource, client);
        }

        Is(ServerVerdict.Starting, "the database system is starting up", finding);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_dead_server_is_down_and_so_is_one_that_leaves_a_stale_file(ClientKind client)
    {
        await using var cluster = await TemporaryCluster.CreateAsync();
        Is(ServerVerdict.Down, "there is no postmaster.pid", await Examine(cluster.Resource, client));

        await cluster.StartAsync("-p", Port(cluster));
        var pid = cluster.Pid;
        await TemporaryCluster.SignalAsync("KILL", pid);
        for (var looks = 0; looks < 1000 && !PostmasterSight.Of(cluster.DataDirectory).IsGone; looks++) // dying takes a moment
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, None);
        Is(ServerVerdict.Down, $"process {pid} ", await Examine(cluster.Resource, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Another_server_in_place_of_a_dead_one_is_the_wrong_one_even_when_it_is_a_copy_and_full(ClientKind client)
    {
        await using var ours = await TemporaryCluster.CreateAsync();
        await using var other = await TemporaryCluster.StartedAsync("max_connections = 3", "superuser_reserved_connections = 0", "max_wal_senders = 0");
        var resource = ours.Resource with { Port = other.Port };

        Is(ServerVerdict.WrongServer, $"no postmaster of {ours.DataDirectory} is alive", await Examine(resource, client));

        await using var sessions = await FullAsync(other);
        Is(ServerVerdict.WrongServer, $"no postmaster of {ours.DataDirectory} is alive", await Examine(resource, client));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Another_server_on_our_port_while_ours_lives_elsewhere_is_the_wrong_one(ClientKind client)
    {
        await using var ours = await TemporaryCluster.StartedAsync();
        await using var other = await TemporaryCluster.StartedAsync();

        Is(ServerVerdict.WrongServer, $"has port {ours.Port}, and who answers has port {other.Port}", await Examine(ours.Resource with { Port = other.Port }, client));
    }

    [Fact]
    public async Task Without_the_client_nothing_can_be_asked()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();

        Is(ServerVerdict.Configuration, "it cannot be asked", await Examine(cluster.Resource with { BinDirectory = "/nowhere" }, ClientKind.Psql));
    }

    internal static async Task<Sessions> FullAsync(TemporaryCluster cluster)
    {
        var sessions = new Sessions();
        await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            while (sessions.Count < 10)
            {
                sessions.Add(new(NpgsqlProbe.ConnectionString(cluster.Resource, "template1")));
                await sessions[^1].OpenAsync(None);
            }
        });
        return sessions;
    }

    private Task<ServerFinding> Examine(Resource resource, ClientKind client, ProbeKind kind = ProbeKind.SystemRelations) =>
        ServerJudge.ExamineAsync(resource with { Client = client }, _clients.For(resource with { Client = client }), kind, None);

    private static void Is(ServerVerdict verdict, string words, ServerFinding finding)
    {
        Assert.True(verdict == finding.Verdict, $"{verdict} was expected: {finding}");
        Assert.Contains(words, finding.Evidence.Output, StringComparison.Ordinal);
    }

    private static string Port(TemporaryCluster cluster) => cluster.Port.ToString(CultureInfo.InvariantCulture);

    internal sealed class Sessions : List<NpgsqlConnection>, IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var session in this)
                await session.DisposeAsync();
        }
    }
}
