using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

public sealed class ScServiceControlTests
{
    private static readonly Resource Resource = TestResource.Create() with { ServiceControl = ServiceControlKind.Sc, Service = "postgresql-x64-18" };

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("en/query-1-stopped.out", 0, ServiceStatus.Stopped, "sc query: 1 STOPPED")]
    [InlineData("ja/query-4-running.out", 0, ServiceStatus.Running, "sc query: 4 RUNNING")]
    [InlineData("en/query-7-paused.out", 0, ServiceStatus.Paused, "sc query: 7 PAUSED")]
    [InlineData("ja/query-missing.out", 1060, null, "sc query: 1060 ERROR_SERVICE_DOES_NOT_EXIST")]
    public async Task Queries_by_the_text(string fixture, int exitCode, ServiceStatus? status, string detail)
    {
        var runner = new ScriptedRunner(exitCode, WindowsFixture.Find(fixture).Stdout);

        var query = await new ScServiceControl(runner).QueryAsync(Resource, None);

        Assert.Equal((status, detail), (query.Status, query.Detail));
        Assert.Equal("sc query postgresql-x64-18", Assert.Single(runner.Commands).Display);
        Assert.Equal(Resource.QueryLimit, runner.Commands[0].Limit);
    }

    [Theory]
    [InlineData("start", "en/start-accepted.out", 0, true)]
    [InlineData("start", "en/start-running.out", 1056, false)]
    [InlineData("start", "de/start-timeout.out", 1053, false)]
    [InlineData("stop", "en/stop-accepted.out", 0, true)]
    [InlineData("stop", "en/stop-stopped.out", 1062, false)]
    [InlineData("stop", "ru/stop-access-denied.out", 5, false)]
    public async Task A_refused_command_has_failed(string verb, string fixture, int exitCode, bool succeeded)
    {
        var runner = new ScriptedRunner(exitCode, WindowsFixture.Find(fixture).Stdout);
        var control = new ScServiceControl(runner);

        var result = verb == "start" ? await control.StartAsync(Resource, None) : await control.StopAsync(Resource, None);

        Assert.Equal(succeeded, result.Succeeded);
        Assert.Equal(($"sc {verb} postgresql-x64-18", exitCode), (result.Evidence.Command, result.Evidence.ExitCode));
        Assert.Equal(verb == "start" ? Resource.StartLimit : Resource.StopLimit, runner.Commands[0].Limit);
    }

    [Fact]
    public async Task A_query_that_runs_into_its_limit_has_no_value_and_says_why()
    {
        using var program = new Script("exec sleep 60");

        var query = await Real.QueryAsync(Resource with { ServiceCommand = program.Path, QueryLimit = TimeSpan.FromMilliseconds(300) }, None);

        Assert.Null(query.Status);
        Assert.Null(query.Evidence.ExitCode);
        Assert.Equal("sc query: ended after its limit of 0.3 s", query.Detail);
    }

    [Fact]
    public async Task A_real_program_is_asked_by_name_and_its_bytes_are_read()
    {
        using var program = new Script($"test \"$1 $2\" = 'query postgresql-x64-18' && cat '{Path.Combine(AppContext.BaseDirectory, "windows", "public", "ja", "query-1-stopped.out")}'");

        var query = await Real.QueryAsync(Resource with { ServiceCommand = program.Path }, None);

        Assert.Equal(ServiceStatus.Stopped, query.Status);
    }

    [Fact]
    public async Task A_machine_without_sc_has_no_value()
    {
        var query = await Real.QueryAsync(Resource with { ServiceCommand = "/nowhere/sc" }, None);

        Assert.Null(query.Status);
        Assert.Equal("sc query: could not be started: /nowhere/sc was not found", query.Detail);
    }

    private static ScServiceControl Real => new(new CommandRunner(TimeProvider.System));

    private sealed class Script : IDisposable
    {
        public Script(string body)
        {
            File.WriteAllText(Path, $"#!/bin/sh\n{body}\n");
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"pgw-sc-{Guid.NewGuid():N}");

        public void Dispose() => File.Delete(Path);
    }
}
