using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

[Trait("Category", "Process")]
public sealed class ScServiceControlTests
{
    private static readonly Resource Resource = TestResource.Create() with { ServiceControl = ServiceControlKind.Sc, Service = "postgresql-x64-18" };

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("en/query-1-stopped.out", 0, ServiceStatus.Stopped, "sc query: 1 STOPPED")]
    [InlineData("ja/query-4-running.out", 0, ServiceStatus.Running, "sc query: 4 RUNNING")]
    [InlineData("en/query-7-paused.out", 0, ServiceStatus.Paused, "sc query: 7 PAUSED")]
    [InlineData("ja/query-missing.out", 1060, null, "sc query: 1060 ERROR_SERVICE_DOES_NOT_EXIST: no service has this name; a display name is not one")]
    public async Task Queries_by_the_text(string fixture, int exitCode, ServiceStatus? status, string detail)
    {
        var runner = new ScriptedRunner(exitCode, WindowsFixture.Find(fixture).Stdout);

        var query = await new ScServiceControl(runner).QueryAsync(Resource, None);

        Assert.Equal((status, detail), (query.Status, query.Detail));
        Assert.Equal("sc query postgresql-x64-18", Assert.Single(runner.Commands).Display);
        Assert.Equal(Resource.QueryLimit, runner.Commands[0].Limit);
    }

    [Theory]
    [InlineData("start", "en/start-accepted.out", 0, null)]
    [InlineData("start", "en/start-running.out", 1056, "1056 ERROR_SERVICE_ALREADY_RUNNING")]
    [InlineData("start", "de/start-timeout.out", 1053, "1053 ERROR_SERVICE_REQUEST_TIMEOUT")]
    [InlineData("start", "ja/start-disabled.out", 1058, "1058 ERROR_SERVICE_DISABLED")]
    [InlineData("start", "en/start-dependency.out", 1068, "1068 ERROR_SERVICE_DEPENDENCY_FAIL")]
    [InlineData("start", "en/start-logon-failure.out", 1069, "1069 ERROR_SERVICE_LOGON_FAILED")]
    [InlineData("start", "en/start-missing.out", 1060, "1060 ERROR_SERVICE_DOES_NOT_EXIST")]
    [InlineData("start", "en/start-no-file.out", 2, "2 ERROR_FILE_NOT_FOUND")]
    [InlineData("stop", "en/stop-accepted.out", 0, null)]
    [InlineData("stop", "en/stop-stopped.out", 1062, "1062 ERROR_SERVICE_NOT_ACTIVE")]
    [InlineData("stop", "ru/stop-pending.out", 1061, "1061 ERROR_SERVICE_CANNOT_ACCEPT_CTRL")]
    [InlineData("stop", "ru/stop-access-denied.out", 5, "5 ERROR_ACCESS_DENIED")]
    [InlineData("stop", "en/stop-dependents.out", 1051, "1051 ERROR_DEPENDENT_SERVICES_RUNNING")]
    public async Task A_refused_command_has_failed_and_says_which_error_it_was(string verb, string fixture, int exitCode, string? reason)
    {
        foreach (var seen in new[] { exitCode, exitCode & 0xFF }) // Windows, and a POSIX layer in between
        {
            var runner = new ScriptedRunner(seen, WindowsFixture.Find(fixture).Stdout);
            var control = new ScServiceControl(runner);

            var result = verb == "start" ? await control.StartAsync(Resource, None) : await control.StopAsync(Resource, None);

            Assert.Equal((reason is null, reason), (result.Succeeded, result.Evidence.Reason));
            Assert.Equal(($"sc {verb} postgresql-x64-18", seen), (result.Evidence.Command, result.Evidence.ExitCode));
            Assert.Equal(verb == "start" ? Resource.StartLimit : Resource.StopLimit, runner.Commands[0].Limit);
            if (reason is not null)
                Assert.StartsWith($"sc {verb}: {reason}: ", result.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("\"quoted\" and 'quoted'")]
    [InlineData("a&b|c>d;e")]
    [InlineData("%PATH%")]
    [InlineData("$HOME`id`")]
    [InlineData("日本語")]
    public async Task A_services_name_is_one_argument_whatever_is_in_it(string service)
    {
        using var program = new Script("""printf '%s\n' "$#" "$1" "$2" """);

        var result = await Real.StartAsync(Resource with { ServiceCommand = program.Path, Service = service }, None);

        Assert.Equal($"2 | start | {service}", result.Evidence.Output);
    }

    [Fact]
    public async Task Another_machines_service_manager_is_asked_with_its_name_before_the_verb()
    {
        var runner = new ScriptedRunner(1722, WindowsFixture.Find("en/rpc-unavailable.out").Stdout);

        var query = await new ScServiceControl(runner).QueryAsync(Resource with { ServiceHost = "db7" }, None);

        Assert.Equal([@"\\db7", "query", "postgresql-x64-18"], runner.Commands[0].Arguments);
        Assert.Equal((null, "1722 RPC_S_SERVER_UNAVAILABLE"), (query.Status, query.Evidence.Reason));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    public async Task A_stopped_service_whose_server_runs_on_stays_stopped_and_the_sentence_says_so(int pgCtlStatus, bool told)
    {
        using var data = new PidFolder();
        var stopped = new CommandResult { Command = "", ExitCode = 0, StdoutBytes = WindowsFixture.Find("en/query-1-stopped.out").Stdout };
        var runner = new ScriptedRunner(stopped, new CommandResult { Command = "", ExitCode = pgCtlStatus });

        var query = await new ScServiceControl(runner).QueryAsync(Resource with { DataDirectory = data.Path }, None);

        Assert.Equal(ServiceStatus.Stopped, query.Status);
        Assert.Equal(["sc query postgresql-x64-18", $"pg_ctl status -D {data.Path}"], runner.Commands.Select(command => command.Display));
        Assert.Equal(told, query.Detail.Contains("a server runs on", StringComparison.Ordinal));
        Assert.Equal("sc query postgresql-x64-18", query.Evidence.Command);
    }

    [Theory]
    [InlineData("head -c 10485760 /dev/zero; printf '\\n        STATE              : 4  RUNNING \\r\\n'", null)] // past what is kept: no answer is read from the tail of a flood
    [InlineData("printf '        STATE              : 4  RUNNING \\r\\n'; head -c 10485760 /dev/zero; head -c 10485760 /dev/zero >&2", ServiceStatus.Running)]
    [InlineData("head -c 4096 /dev/urandom", null)]
    [InlineData("printf '\\377\\376\\000\\r\\n        STATE              : 1  STOPPED \\r\\n'", ServiceStatus.Stopped)]
    public async Task Floods_and_noise_end_in_a_status_or_in_none(string body, ServiceStatus? status)
    {
        using var program = new Script(body);

        var query = await Real.QueryAsync(Resource with { ServiceCommand = program.Path }, None);

        Assert.Equal(status, query.Status);
        Assert.True(query.Evidence.Output.Length <= 2000);
        Assert.DoesNotContain(query.Evidence.Output, char.IsControl);
    }

    [Theory]
    [InlineData("trap '' TERM; while :; do sleep 0.1; done")]
    [InlineData("sleep 61.5 & trap '' TERM; sleep 61.5")]
    public async Task A_stop_command_that_does_not_listen_is_ended_with_its_children(string body)
    {
        // The same tests may run beside this one in another language: each has a sleep of its own.
        var sleep = $"61.{Environment.ProcessId}";
        using var program = new Script(body.Replace("61.5", sleep, StringComparison.Ordinal));

        var result = await Real.StopAsync(Resource with { ServiceCommand = program.Path, StopLimit = TimeSpan.FromMilliseconds(300) }, None);

        Assert.False(result.Succeeded);
        Assert.Equal("sc stop: ended after its limit of 0.3 s", result.Detail);
        for (var look = 0; look < 250 && Left(); look++)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, None); // A killed process needs a moment to be gone.
        Assert.False(Left());

        bool Left() => Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]))
            .Any(path => CommandLine(path) is var line && (line.Contains(program.Path, StringComparison.Ordinal) || line.Contains($"\0{sleep}\0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_child_that_keeps_the_pipe_does_not_keep_the_answer()
    {
        using var program = new Script("sleep 62.5 & printf '        STATE              : 4  RUNNING \\r\\n'; echo $!");

        var query = await Real.QueryAsync(Resource with { ServiceCommand = program.Path }, None);

        LibC.Signal(int.Parse(query.Evidence.Output.Split('|')[^1], System.Globalization.CultureInfo.InvariantCulture), LibC.SigKill);
        Assert.Equal(ServiceStatus.Running, query.Status);
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

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // It has ended meanwhile.
        }
    }

    private static ScServiceControl Real => new(new CommandRunner(TimeProvider.System));

    private sealed class PidFolder : IDisposable
    {
        public PidFolder() => File.WriteAllText(System.IO.Path.Combine(Path, "postmaster.pid"), "1432\n");

        public string Path { get; } = Directory.CreateTempSubdirectory("pgw-sc-data-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

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
