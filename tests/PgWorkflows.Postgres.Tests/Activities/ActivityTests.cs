using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Postgres.Activities;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Tests.Activities;

/// <summary>Each activity by its name and inputs, as a definition calls it; the edges are scripted.</summary>
public sealed class ActivityTests
{
    private static readonly CommandEvidence Five = new("psql -p 5432", 2, "no route");
    private static readonly CommandEvidence Six = new("psql -l", null, "ended after its limit of 30 s");

    private readonly ScriptedEdges _edges = new();

    [Theory]
    [InlineData(ResourceState.ISP, "ISP", "main is in service and protected (ISP)")]
    [InlineData(ResourceState.ISU, "Other", "main is in service, unprotected (ISU)")]
    [InlineData(ResourceState.OSU, "Other", "main is out of service (OSU)")]
    [InlineData(ResourceState.OSF, "Other", "main is out of service after a failure (OSF)")]
    public async Task Only_ISP_is_ISP(ResourceState state, string outcome, string sentence)
    {
        _edges.State = state;

        var result = await RunAsync("CheckResourceState");

        Assert.Equal((outcome, sentence), (Outcome(result), result.Sentence));
        Assert.Equal(state.ToString(), result.Outputs["State"]);
    }

    [Theory]
    [InlineData(ServiceStatus.Stopped, "Stopped", "postgresql-x64-15 is stopped (sc query: it)")]
    [InlineData(ServiceStatus.StartPending, "Pending", "postgresql-x64-15 is starting (sc query: it)")]
    [InlineData(ServiceStatus.StopPending, "Pending", "postgresql-x64-15 is stopping (sc query: it)")]
    [InlineData(ServiceStatus.Running, "Running", "postgresql-x64-15 is running (sc query: it)")]
    [InlineData(ServiceStatus.ContinuePending, "Pending", "postgresql-x64-15 is between paused and running (sc query: it)")]
    [InlineData(ServiceStatus.PausePending, "Pending", "postgresql-x64-15 is between paused and running (sc query: it)")]
    [InlineData(ServiceStatus.Paused, "Paused", "postgresql-x64-15 was paused by hand (sc query: it)")]
    [InlineData(null, "NoValue", "postgresql-x64-15 has no readable status (sc query: it)")]
    public async Task A_status_is_an_outcome(ServiceStatus? status, string outcome, string sentence)
    {
        _edges.Status = status;

        var result = await RunAsync("QueryService");

        Assert.Equal((outcome, sentence), (Outcome(result), result.Sentence));
        Assert.Equal(status?.ToString() ?? "NoValue", result.Outputs["Status"]);
        Assert.Equal(ScriptedEdges.Evidence, result.Outputs["Evidence"]);
    }

    [Theory]
    [InlineData("StartService", true, "Succeeded", "postgresql-x64-15 was told to start (sc start: it)")]
    [InlineData("StartService", false, "Failed", "postgresql-x64-15 did not accept the start (sc start: it)")]
    [InlineData("StopService", true, "Succeeded", "postgresql-x64-15 was told to stop (sc stop: it)")]
    [InlineData("StopService", false, "Failed", "postgresql-x64-15 did not accept the stop (sc stop: it)")]
    public async Task A_command_is_accepted_or_has_failed(string activity, bool accepted, string outcome, string sentence)
    {
        _edges.Accepts = accepted;

        var result = await RunAsync(activity);

        Assert.Equal((outcome, sentence), (Outcome(result), result.Sentence));
        Assert.Equal(ScriptedEdges.Evidence, result.Outputs["Evidence"]);
    }

    [Theory]
    [InlineData(0, "pg_ctl: server is running (PID: 1)\n", "Succeeded", "pg_ctl says that main is running")]
    [InlineData(0, " \n", "Failed", "pg_ctl status of main failed with exit code 0: ")]
    [InlineData(3, "pg_ctl: no server running\n", "Failed", "pg_ctl status of main failed with exit code 3: pg_ctl: no server running")]
    public async Task pg_ctl_status_needs_exit_code_0_and_some_output(int exitCode, string stdout, string outcome, string sentence)
    {
        _edges.Result = new() { Command = "", ExitCode = exitCode, StdoutBytes = System.Text.Encoding.UTF8.GetBytes(stdout) };

        var result = await RunAsync("PgCtlStatus");

        Assert.Equal((outcome, sentence), (Outcome(result), result.Sentence));
        Assert.Equal(stdout, result.Outputs["StatusOutput"]);
        Assert.Equal("pg_ctl status -D /nowhere/data", Assert.IsType<CommandEvidence>(result.Outputs["Evidence"]).Command);
    }

    [Theory]
    [InlineData("pg_ctl: server is running (PID: 1)\n/bin/postgres \"-p\" \"5432\"\n", "Match", 5432)]
    [InlineData("pg_ctl: server is running (PID: 1)\n/bin/postgres \"-p\" \"5433\"\n", "Mismatch", 5433)]
    [InlineData("pg_ctl: server is running (PID: 1)\n/bin/postgres\n", "Missing", null)]
    [InlineData(null, "Missing", null)]
    public async Task The_port_matches_differs_or_is_missing(string? output, string outcome, int? port)
    {
        var result = await RunAsync("MatchPort", ("StatusOutput", output));

        Assert.Equal((outcome, port), (Outcome(result), (int?)result.Outputs["ActualPort"]));
        if (outcome == "Missing")
            Assert.Contains("portSource to postmasterPid", result.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SystemRelations", true, "Succeeded", @"main answered to \dS in template1")]
    [InlineData("DatabaseList", true, "Succeeded", "main answered by the fallback, the list of databases")]
    [InlineData("SystemRelations", false, "Failed", @"main did not answer to \dS in template1: it said so")]
    public async Task A_probe_says_what_answered(string probe, bool answers, string outcome, string sentence)
    {
        _edges.Accepts = answers;

        var result = await RunAsync("PsqlConnect", ("Probe", probe));

        Assert.Equal((outcome, sentence), (Outcome(result), result.Sentence));
    }

    public static TheoryData<int, string, object?> Messages => new()
    {
        { 113000, "Unable to connect to the database instance for resource [main]. Failed connection details: [(5) no route; (6) ended after its limit of 30 s]", 5 },
        { 113002, "The command [psql -l] for PostgreSQL resource [main] failed with a return code of [none]. The command returned the following output: [ended after its limit of 30 s]", 4 },
        { 113003, "Unable to determine PostgreSQL status for resource [main]. Port info missing from status check output: [ended after its limit of 30 s].", 4 },
        { 113004, "The port [5433] returned from the status check does not match the resource [main] port value: [5432].", 4 },
        { 113005, "Failed to start the PostgreSQL server for resource [main] on server [node1]. The command [psql -l] failed.", 2 },
        { 113008, "Failed to stop the PostgreSQL server for resource [main] on server [node1]. Timed out waiting for the PostgreSQL service [postgresql-x64-15] to reach the stopped state.", 3 },
        { 113501, "LifeKeeper: END failed hierarchy RESTORE for PostgreSQL resource [main] on server [node1]. Failed with a return value of [7].", 7 },
        { 113544, "The quickchk action failed. The PostgreSQL service [postgresql-x64-15] for resource [main] is not running.", 7 },
    };

    [Theory, MemberData(nameof(Messages))]
    public async Task An_event_is_emitted_with_its_values(int message, string text, object? returnValue)
    {
        var result = await RunAsync("LogEvent", ("Message", message), ("Evidence", Six), ("Earlier", Five), ("ActualPort", 5433), ("ReturnValue", 7));

        var logged = Assert.IsType<EventLogged>(Assert.Single(result.Emissions));
        Assert.Equal((message, text, "main"), (logged.Id, logged.Text, logged.Resource));
        Assert.Equal(EventCatalogue.Find(message)!.Severity, logged.Severity);
        Assert.Equal(returnValue, result.Outputs["FailureValue"]);
        Assert.Equal($"{message}: {text}", result.Sentence);
    }

    [Theory]
    [InlineData(113005, "The command [sc start pg] failed. (1058 ERROR_SERVICE_DISABLED)")]
    [InlineData(113007, "The command [sc start pg] failed. (1058 ERROR_SERVICE_DISABLED)")]
    [InlineData(113544, "is not running.")]
    public async Task The_service_managers_error_stands_after_the_sentence_of_a_refused_command(int message, string end)
    {
        var refused = new CommandEvidence("sc start pg", 34, "[SC] StartService FAILED 1058:") { Reason = "1058 ERROR_SERVICE_DISABLED" };

        var result = await RunAsync("LogEvent", ("Message", message), ("Evidence", ValueConverter.Normalize(refused)));

        Assert.EndsWith(end, Assert.IsType<EventLogged>(Assert.Single(result.Emissions)).Text, StringComparison.Ordinal);
        Assert.EndsWith(end, result.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_survives_the_way_through_a_stored_instance()
    {
        var stored = ValueConverter.Normalize(Six);

        var result = await RunAsync("LogEvent", ("Message", 113002L), ("Evidence", stored));

        Assert.Contains("return code of [none]", Assert.IsType<EventLogged>(result.Emissions[0]).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(113000, "Earlier")]
    [InlineData(113002, "Evidence")]
    [InlineData(113004, "ActualPort")]
    [InlineData(113501, "ReturnValue")]
    [InlineData(113001, "Message")]
    public async Task A_message_that_lacks_a_value_is_an_incident_that_names_the_input(int message, string input)
    {
        var inputs = new (string, object?)[] { ("Message", message), ("Evidence", input == "Evidence" ? null : Six) };

        var exception = await Assert.ThrowsAsync<InputException>(() => RunAsync("LogEvent", inputs));

        Assert.Equal(input, exception.Input);
    }

    [Theory]
    [InlineData(0, "Again", 1, "attempt 1 of 12, again in 5 s")]
    [InlineData(11, "Again", 12, "attempt 12 of 12, again in 5 s")]
    [InlineData(12, "Exhausted", 12, "all 12 repeats are used up")]
    public async Task Twelve_repeats_are_twelve(int attempt, string outcome, int next, string sentence)
    {
        var result = await RunAsync("Repeat", ("What", "ServiceState"), ("Times", 12), ("Interval", "00:00:05"), ("Attempt", attempt));

        Assert.Equal((outcome, next, sentence), (Outcome(result), (int?)result.Outputs["NextAttempt"], result.Sentence));
    }

    [Theory]
    [InlineData("ServiceState", 3)]
    [InlineData("DeepCheck", 0)]
    public async Task A_resource_overrides_times_and_interval(string what, int times)
    {
        _edges.Resource = _edges.Resource with { PollRepeats = 3, CheckRepeats = 0, PollInterval = TimeSpan.FromMilliseconds(250) };
        var outcomes = new List<string>();

        for (var attempt = 0; attempt < 5; attempt++)
        {
            var result = await RunAsync("Repeat", ("What", what), ("Times", 12), ("Interval", "00:00:05"), ("Attempt", attempt));
            outcomes.Add(Outcome(result));
            Assert.Equal(TimeSpan.FromMilliseconds(250), result.Outputs["Wait"]);
        }

        Assert.Equal(times, outcomes.Count(outcome => outcome == "Again"));
    }

    [Theory]
    [InlineData("Times", -1)]
    [InlineData("Times", 10001)]
    [InlineData("Interval", "01:00:01")]
    [InlineData("Interval", "-00:00:01")]
    [InlineData("Attempt", -1)]
    public async Task Counts_out_of_bounds_are_incidents(string input, object value)
    {
        var inputs = new Dictionary<string, object?> { ["What"] = "ServiceState", ["Times"] = 1, ["Interval"] = "00:00:01", [input] = value };

        var exception = await Assert.ThrowsAsync<InputException>(() => RunAsync("Repeat", [.. inputs.Select(pair => (pair.Key, pair.Value))]));

        Assert.Equal(input, exception.Input);
    }

    [Fact]
    public async Task A_state_is_set_by_an_emission()
    {
        var result = await RunAsync("SetResourceState", ("State", "OSF"));

        Assert.Equal(("main", ResourceState.OSF), Assert.IsType<ResourceStateChanged>(Assert.Single(result.Emissions)) is var changed ? (changed.Resource, changed.State) : default);
    }

    [Fact]
    public async Task The_end_of_an_action_is_message_state_and_result_in_this_order()
    {
        var result = await RunAsync("EndAction", ("Result", "Failed"), ("ReturnValue", 3), ("Message", 113501), ("State", "OSF"));

        Assert.Equal(
            [
                new EventLogged(113501, EventSeverity.Error, "LifeKeeper: END failed hierarchy RESTORE for PostgreSQL resource [main] on server [node1]. Failed with a return value of [3].", "main"),
                new ResourceStateChanged("main", ResourceState.OSF, "Failed (113501)"),
                new ActionEnded("main", ActionResult.Failed, 3),
            ],
            result.Emissions);
        Assert.Equal(("Failed", 3), (result.Outputs["ActionResult"], (int?)result.Outputs["ActionReturnValue"]));
    }

    [Fact]
    public async Task A_skipped_check_ends_with_its_result_alone()
    {
        var result = await RunAsync("EndAction", ("Result", "Skipped"));

        Assert.Equal([new ActionEnded("main", ActionResult.Skipped, 0)], result.Emissions);
    }

    [Fact]
    public async Task Only_messages_that_frame_an_action_may_end_it() =>
        Assert.Equal("Message", (await Assert.ThrowsAsync<InputException>(() => RunAsync("EndAction", ("Result", "Failed"), ("Message", 113544)))).Input);

    [Fact]
    public async Task An_unknown_resource_is_an_incident_in_every_activity()
    {
        foreach (var activity in _edges.Activities())
        {
            // Values for all inputs, so that the resource is the only thing wrong.
            var inputs = new Dictionary<string, object?>
            {
                ["Resource"] = "other", ["Probe"] = "DatabaseList", ["Message"] = 113500, ["What"] = "DeepCheck", ["Times"] = 1, ["Interval"] = "00:00:01",
                ["State"] = "ISP", ["Result"] = "Succeeded",
            };
            var exception = await Assert.ThrowsAsync<ResourceNotFoundException>(
                async () => await activity.RunAsync(new ActivityCall("i", "a", inputs), TestContext.Current.CancellationToken));
            Assert.Equal("other", exception.Resource);
        }
    }

    private async Task<ActivityResult> RunAsync(string activity, params (string Name, object? Value)[] inputs)
    {
        var values = inputs.Append((Name: "Resource", Value: "main")).ToDictionary(input => input.Name, input => input.Value);
        return await _edges.Activities().Single(a => a.Descriptor.Type == "PgWorkflows." + activity)
            .RunAsync(new ActivityCall("i", "a", values), TestContext.Current.CancellationToken);
    }

    private static string Outcome(ActivityResult result) => Assert.Single(Assert.IsType<ActivityResult.Completed>(result).Outcomes);
}
