using System.Text;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.Probes;

/// <summary>The judgement alone: what real servers do not do on demand.</summary>
public sealed class JudgeTests
{
    private static readonly Resource Main = TestResource.Create();
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static PostmasterSight Unknown { get; } = new(null, new(PostmasterVerdict.Unknown, "may not be looked at"));

    private static PostmasterSight Alive(string? status = "ready", int port = 5432) =>
        new(new(7, "/data", Start, port, SharedMemory: null, status), new(PostmasterVerdict.Alive, "process 7 is the postmaster"));

    [Fact]
    public void What_cannot_be_known_is_unknown_and_not_wrong()
    {
        var finding = ServerJudge.Judge(Main, Answer(AnswerKind.Answered, null), Unknown);

        Assert.Equal((ServerVerdict.Answers, "it is the resource's by: unknown"), (finding.Verdict, finding.Reason));
    }

    [Theory]
    [InlineData("57P01", ServerVerdict.Starting)]
    [InlineData("57P02", ServerVerdict.Starting)]
    [InlineData("57P03", ServerVerdict.Starting)]
    [InlineData("53300", ServerVerdict.Busy)]
    [InlineData("57014", ServerVerdict.Hung)]
    [InlineData("28000", ServerVerdict.Configuration)]
    [InlineData("28P01", ServerVerdict.Configuration)]
    [InlineData("3D000", ServerVerdict.Configuration)]
    [InlineData("42501", ServerVerdict.Configuration)]
    [InlineData("53100", ServerVerdict.Failing)]
    [InlineData("XX001", ServerVerdict.Failing)]
    [InlineData(null, ServerVerdict.Failing)]
    public void An_error_is_judged_by_its_SQLSTATE(string? state, ServerVerdict verdict) =>
        Assert.Equal(verdict, ServerJudge.Judge(Main, Answer(AnswerKind.ServerError, state), Alive()).Verdict);

    [Theory]
    [InlineData(null, ServerVerdict.Starting)]
    [InlineData("starting", ServerVerdict.Starting)]
    [InlineData("stopping", ServerVerdict.Starting)]
    [InlineData("ready", ServerVerdict.Configuration)]
    [InlineData("standby", ServerVerdict.Configuration)]
    public void A_postmaster_that_lives_and_does_not_listen_is_never_down(string? status, ServerVerdict verdict) =>
        Assert.Equal(verdict, ServerJudge.Judge(Main, Answer(AnswerKind.Refused, null), Alive(status)).Verdict);

    [Fact]
    public void A_connection_that_broke_is_failing_while_the_postmaster_lives_and_down_when_it_is_gone()
    {
        var broken = Answer(AnswerKind.Broken, null);

        Assert.Equal(ServerVerdict.Failing, ServerJudge.Judge(Main, broken, Alive()).Verdict);
        Assert.Equal(ServerVerdict.Down, ServerJudge.Judge(Main, broken, new(null, new(PostmasterVerdict.Gone, "gone"))).Verdict);
    }

    [Fact]
    public void Another_start_time_is_another_server_and_a_minute_is_not()
    {
        Assert.Equal(ServerVerdict.Answers, Judge(Start.AddSeconds(59)));
        Assert.Equal(ServerVerdict.WrongServer, Judge(Start.AddSeconds(61)));

        static ServerVerdict Judge(DateTimeOffset theirs) =>
            ServerJudge.Judge(Main, Answer(AnswerKind.Answered, null) with { Claim = new(null, null, theirs) }, Alive()).Verdict;
    }

    [Fact]
    public void Another_cluster_is_told_by_its_system_identifier_alone()
    {
        var folder = Directory.CreateTempSubdirectory("pgw-control-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "global"));
            File.WriteAllBytes(Path.Combine(folder, "global", "pg_control"), [.. BitConverter.GetBytes(7123456789UL), 0, 0]);
            var resource = Main with { DataDirectory = folder };

            Assert.Equal("it is the resource's by: system identifier", ServerJudge.Judge(resource, Claims(7123456789), Unknown).Reason);
            Assert.Equal($"another server answers at 127.0.0.1 port 5432: its system identifier is 5, that of {folder} is 7123456789", ServerJudge.Judge(resource, Claims(5), Unknown).Reason);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static ServerAnswer Claims(ulong identifier) => Answer(AnswerKind.Answered, null) with { Claim = new(identifier, null, null) };
    }

    [Theory]
    [InlineData("psql: error: connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  sorry, too many clients already", 2, AnswerKind.ServerError, "53300")]
    [InlineData("psql: error: connection to server at \"::1\" failed: Connection refused\n\tIs the server running\nconnection to server at \"127.0.0.1\" failed: FATAL:  the database system is starting up", 2, AnswerKind.ServerError, "57P03")]
    [InlineData("psql: error: connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: No such file or directory", 2, AnswerKind.Refused, null)]
    [InlineData("psql: error: connection to server at \"10.0.0.1\", port 5432 failed: timeout expired", 2, AnswerKind.TimedOut, null)]
    [InlineData("ERROR:  42501: permission denied for view pg_settings\nLOCATION:  aclcheck_error, aclchk.c:3652\nERROR:  XX001: invalid page in block 0\nLOCATION:  x", 1, AnswerKind.ServerError, "XX001")]
    [InlineData("psql: error: out of memory", 1, AnswerKind.ServerError, null)]
    public void Psqls_end_is_read(string stderr, int exitCode, AnswerKind kind, string? state)
    {
        var answer = PsqlAnswer.Of(new() { Command = "psql", ExitCode = exitCode, StderrBytes = Encoding.UTF8.GetBytes(stderr) });

        Assert.Equal((kind, state), (answer.Kind, answer.SqlState));
    }

    [Fact]
    public async Task Words_in_another_language_are_not_guessed_at_the_driver_is_asked_for_the_number()
    {
        var german = new CommandResult
        {
            Command = "psql", ExitCode = 2,
            StderrBytes = Encoding.UTF8.GetBytes("psql: error: connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  tut mir leid, schon zu viele Verbindungen"),
        };
        var second = new SecondOpinion(Answer(AnswerKind.ServerError, "53300"));

        var answer = await new PsqlProbe(new ScriptedRunner(german), second).AskAsync(Main, ProbeKind.SystemRelations, TestContext.Current.CancellationToken);

        Assert.Equal((AnswerKind.ServerError, "53300"), (answer.Kind, answer.SqlState));
        Assert.Contains("zu viele Verbindungen", answer.Evidence.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documented_questions_stay_as_they_are()
    {
        var runner = new ScriptedRunner(0, []);

        await new PsqlProbe(runner).RunAsync(Main, ProbeKind.SystemRelations, TestContext.Current.CancellationToken);
        await new PsqlProbe(runner).RunAsync(Main, ProbeKind.DatabaseList, TestContext.Current.CancellationToken);

        Assert.Equal([@"psql -p 5432 -U postgres -c \dS -d template1 -w", "psql -p 5432 -U postgres -l -w"], runner.Commands.Select(command => command.Display));
    }

    private static ServerAnswer Answer(AnswerKind kind, string? state) => new(kind, state, null, new("psql", 2, "it said so"));

    private sealed class SecondOpinion(ServerAnswer answer) : IProbe
    {
        public ClientKind Client => ClientKind.Npgsql;

        public Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) => Task.FromResult(answer);
    }
}
