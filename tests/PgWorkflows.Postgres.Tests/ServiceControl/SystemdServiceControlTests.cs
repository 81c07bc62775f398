using System.Text;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

/// <summary>How systemctl's words are read; a real systemd is asked in PgWorkflows.Systemd.Tests.</summary>
public sealed class SystemdServiceControlTests
{
    private static readonly Resource Resource = TestResource.Create() with { ServiceControl = ServiceControlKind.Systemd, Service = "postgresql@15-main" };

    private static CancellationToken None => TestContext.Current.CancellationToken;

    // docs/systemd.md, row by row.
    [Theory]
    [InlineData("loaded", "active", "running", "", ServiceStatus.Running, "active (running), main process 4711")]
    [InlineData("loaded", "active", "exited", "", ServiceStatus.Running, "active (exited), main process 4711")]
    [InlineData("loaded", "reloading", "reload", "", ServiceStatus.Running, "reloading (reload), main process 4711")]
    [InlineData("loaded", "refreshing", "refresh", "", ServiceStatus.Running, "refreshing (refresh), main process 4711")]
    [InlineData("loaded", "activating", "start", "195", ServiceStatus.StartPending, "activating (start), main process 4711, job 195 is queued or under way")]
    [InlineData("loaded", "activating", "auto-restart", "", ServiceStatus.StartPending, "activating (auto-restart), main process 4711")]
    [InlineData("loaded", "deactivating", "stop-sigterm", "", ServiceStatus.StopPending, "deactivating (stop-sigterm), main process 4711")]
    [InlineData("loaded", "inactive", "dead", "", ServiceStatus.Stopped, "inactive (dead), main process 4711")]
    [InlineData("loaded", "inactive", "dead", "195", ServiceStatus.StartPending, "inactive (dead), main process 4711, job 195 is queued or under way")]
    [InlineData("loaded", "failed", "failed", "", ServiceStatus.Stopped, "failed (failed), main process 4711")]
    [InlineData("masked", "inactive", "dead", "", ServiceStatus.Stopped, "inactive (dead), masked, main process 4711")]
    [InlineData("not-found", "active", "running", "", ServiceStatus.Running, "active (running), not-found, main process 4711")]
    [InlineData("not-found", "inactive", "dead", "", null, "no such unit (not-found)")]
    [InlineData("loaded", "maintenance", "dead", "", null, "maintenance (dead), main process 4711")]
    [InlineData("loaded", "something-new", "dead", "", null, "something-new (dead), main process 4711")]
    public async Task Queries_by_ActiveState(string load, string active, string sub, string job, ServiceStatus? status, string detail)
    {
        var text = $"Restart=no\nMainPID=4711\nResult=success\nNRestarts=0\nLoadState={load}\nActiveState={active}\nSubState={sub}\nJob={job}\n";
        var runner = new ScriptedRunner(0, Encoding.UTF8.GetBytes(text));

        var query = await new SystemdServiceControl(runner).QueryAsync(Resource, None);

        Assert.Equal((status, $"systemctl show: {detail}"), (query.Status, query.Detail));
        var command = Assert.Single(runner.Commands);
        Assert.Equal("systemctl show --no-pager --property=LoadState,ActiveState,SubState,Result,MainPID,Job,NRestarts -- postgresql@15-main.service", command.Display);
        Assert.Equal(Resource.QueryLimit, command.Limit);
    }

    [Fact]
    public async Task Why_a_unit_ended_and_how_often_systemd_brought_it_back_is_said()
    {
        var text = "MainPID=0\nResult=start-limit-hit\nNRestarts=5\nLoadState=loaded\nActiveState=failed\nSubState=failed\nJob=\n";

        var query = await new SystemdServiceControl(new ScriptedRunner(0, Encoding.UTF8.GetBytes(text))).QueryAsync(Resource, None);

        Assert.Equal("systemctl show: failed (failed), result start-limit-hit, restarted 5 times by systemd", query.Detail);
    }

    [Theory]
    [InlineData(1, "", "Failed to connect to bus: Connection refused")]
    [InlineData(1, "", "System has not been booted with systemd as init system (PID 1). Can't operate.")]
    [InlineData(0, "", "")]
    [InlineData(0, "ActiveState=\nLoadState=\n", "")]
    [InlineData(1, "LoadState=loaded\nActiveState=inactive\n", "Failed to get properties: Access denied")]
    public async Task Without_an_answer_there_is_no_status(int exitCode, string stdout, string stderr)
    {
        var runner = new ScriptedRunner(new CommandResult
        {
            Command = "", ExitCode = exitCode, StdoutBytes = Encoding.UTF8.GetBytes(stdout), StderrBytes = Encoding.UTF8.GetBytes(stderr),
        });

        var query = await new SystemdServiceControl(runner).QueryAsync(Resource, None);

        Assert.Null(query.Status);
        Assert.Contains(stderr.Length > 0 ? stderr : "no readable status", query.Detail);
    }

    [Theory]
    [InlineData("start", 0, "", true, "systemctl start: accepted")]
    [InlineData("start", 1, "Failed to start x.service: Interactive authentication required.", false, "systemctl start: Failed to start x.service: Interactive authentication required.")]
    [InlineData("start", 1, "Failed to start x.service: Unit x.service is masked.", false, "systemctl start: Failed to start x.service: Unit x.service is masked.")]
    [InlineData("stop", 0, "", true, "systemctl stop: accepted")]
    [InlineData("stop", 5, "Failed to stop x.service: Unit x.service not loaded.", false, "systemctl stop: Failed to stop x.service: Unit x.service not loaded.")]
    public async Task A_refused_command_has_failed(string verb, int exitCode, string stderr, bool succeeded, string detail)
    {
        var runner = new ScriptedRunner(new CommandResult { Command = "", ExitCode = exitCode, StderrBytes = Encoding.UTF8.GetBytes(stderr) });
        var control = new SystemdServiceControl(runner);

        var result = verb == "start" ? await control.StartAsync(Resource, None) : await control.StopAsync(Resource, None);

        Assert.Equal((succeeded, detail), (result.Succeeded, result.Detail));
        Assert.Equal($"systemctl {verb} --no-block --no-ask-password -- postgresql@15-main.service", result.Evidence.Command);
        Assert.Equal(verb == "start" ? Resource.StartLimit : Resource.StopLimit, runner.Commands[0].Limit);
    }

    [Theory]
    [InlineData("postgresql@15-main", null)]
    [InlineData("postgresql-15.service", null)]
    [InlineData("pg\\x2dmain", null)]
    [InlineData("a b", "contains ' '")]
    [InlineData("a&b", "contains '&'")]
    [InlineData("%i", "contains '%'")]
    [InlineData("größe", "contains 'ö'")]
    [InlineData("postgresql.socket", "is a socket unit")]
    [InlineData("postgresql@", "is a template without an instance")]
    [InlineData("postgresql@.service", "is a template without an instance")]
    public void A_units_name_is_checked(string name, string? problem) => Assert.Equal(problem, SystemdUnitName.Check(name)?.Problem);
}
