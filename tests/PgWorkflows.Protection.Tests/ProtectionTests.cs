using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime.Delivery;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>What happens by itself when a check fails: recovery, its limits, and the call for a human.</summary>
public sealed class ProtectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_postmaster_that_is_killed_is_noticed_at_once_and_recovered()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        var resource = cluster.Resource;
        var entry = Entry(resource);
        entry["quickCheckInterval"] = "01:00:00"; // Only the watch can have noticed it.
        entry["deepCheckInterval"] = "01:00:00";
        await using var server = await TestServer.StartAsync([entry]);
        var recorded = new Recorded(server);
        await Until.TrueAsync(() => recorded.Runs("deepCheck") is [{ Result: "Succeeded" }]); // What is due at the start is over.

        Signals.Kill(cluster.Pid);
        await Until.TrueAsync(() => recorded.Runs("recover") is [{ Result: "Succeeded" }]);

        Assert.Equal("1", (await cluster.SqlAsync("select 1")).Trim());
        Assert.Equal("watch", recorded.Runs("quickCheck")[^1].Kind);
        Assert.Equal("ISP", recorded.StateOf(resource.Name));
    }

    [Fact]
    public async Task After_the_budget_it_keeps_its_hands_off_and_calls_for_a_human()
    {
        using var hook = new Hook();
        using var services = await ScriptedServices.CreateAsync();
        var entry = await services.AddAsync("main");
        entry["localRecovery"] = true;
        entry["quickCheckInterval"] = "00:00:01";
        entry["recoveryBudget"] = 2;
        entry["pollRepeats"] = 1;
        await using var server = await TestServer.StartAsync([entry], new JsonObject { ["Events"] = new JsonObject { ["webhook"] = hook.Settings() } });
        var recorded = new Recorded(server);
        await Workflows.PublishAsync(server, "on-call", """
            {
              "id": "flow", "type": "Elsa.Flowchart", "version": 1, "connections": [ { "source": { "activity": "called", "port": "Done" }, "target": { "activity": "say", "port": "In" } } ],
              "activities": [
                { "id": "called", "type": "Elsa.Event", "version": 1, "customProperties": { "canStartWorkflow": true }, "eventName": { "typeName": "String", "expression": { "type": "Literal", "value": "PgWorkflows.Escalated" } } },
                { "id": "say", "type": "Elsa.WriteLine", "version": 1, "text": { "typeName": "String", "expression": { "type": "Literal", "value": "wake up" } } }
              ]
            }
            """);

        // Recover succeeds each time, and the service dies again: the service manager starts it, and somebody kills it.
        for (var failure = 0; failure < 3; failure++)
        {
            services.SetState("main", "1  STOPPED");
            var recoveries = failure + 1;
            await Until.TrueAsync(() => recoveries == 3 ? recorded.StateOf("main") == "OSF" : recorded.Runs("recover").Count(run => run.Result == "Succeeded") == recoveries);
        }

        await Until.TrueAsync(() => !hook.Bodies.IsEmpty && recorded.Runs("on-call") is [{ SubStatus: "Finished" }]);
        Assert.Equal(2, recorded.Runs("recover").Count);
        Assert.Equal("1  STOPPED", services.State("main"));
        Assert.Contains(114000L, recorded.Events("main"));
        var (body, timestamp, signature) = Assert.Single(hook.Bodies);
        Assert.Contains("2 automatic recoveries within", body);
        Assert.Equal("sha256=" + WebhookChannel.Sign(System.Text.Encoding.UTF8.GetBytes(Hook.Secret), timestamp, System.Text.Encoding.UTF8.GetBytes(body)), signature);
    }

    [Fact]
    public async Task In_maintenance_checks_go_on_and_nothing_automatic_acts()
    {
        using var services = await ScriptedServices.CreateAsync();
        var entry = await services.AddAsync("main");
        entry["localRecovery"] = true;
        entry["quickCheckInterval"] = "00:00:01";
        await using var server = await TestServer.StartAsync([entry]);
        var recorded = new Recorded(server);
        using var client = server.CreateClient();
        using (var on = await client.PutAsync("/api/resources/main/maintenance", new StringContent("""{ "reason": "a new disk", "for": "1h" }""", null, "application/json"), Token))
            Assert.True(on.IsSuccessStatusCode, await on.Content.ReadAsStringAsync(Token));

        services.SetState("main", "1  STOPPED");
        await Until.TrueAsync(() => recorded.Runs("quickCheck").Count(run => run.Result == "Failed") >= 2);
        await Until.TrueAsync(() => recorded.Runs("protect").Count(run => run.Status == "Finished") >= 2);
        Assert.Empty(recorded.Runs("recover"));
        Assert.Contains(recorded.Query<string?>("select sentence from activity_record where activity_type = 'PgWorkflows.DecideRecovery'"), sentence => sentence?.Contains("in maintenance by", StringComparison.Ordinal) is true);

        using (var off = await client.DeleteAsync("/api/resources/main/maintenance", Token))
            Assert.True(off.IsSuccessStatusCode);
        await Until.TrueAsync(() => recorded.Runs("recover") is [{ Result: "Succeeded" }]);
    }

    [Fact]
    public async Task Two_of_three_checks_must_fail_where_that_is_configured_and_a_paused_service_is_left_alone()
    {
        using var services = await ScriptedServices.CreateAsync();
        var counting = await services.AddAsync("counting");
        counting["localRecovery"] = true;
        counting["failuresBeforeRecovery"] = 2;
        counting["failuresWindow"] = 3;
        counting["quickCheckInterval"] = "01:00:00";
        counting["deepCheckInterval"] = "01:00:00";
        var paused = await services.AddAsync("paused", "7  PAUSED");
        paused["localRecovery"] = true;
        await using var server = await TestServer.StartAsync([counting, paused]);
        var recorded = new Recorded(server);
        await Until.TrueAsync(() => recorded.Query<string>("select result from workflow_instance where resource = 'paused' and action = 'deepCheck' and result is not null") is ["Failed"]);
        await Until.TrueAsync(() => recorded.Runs("quickCheck").Count(run => run is { Resource: "counting", Result: "Succeeded" }) == 1);
        await Until.TrueAsync(() => recorded.Runs("deepCheck").Count(run => run is { Resource: "counting", Result: "Succeeded" }) == 1); // Else it could meet the stopped service.

        services.SetState("counting", "1  STOPPED");
        await CrashOfServerTests.RunAsync(server, "quickCheck", "counting");
        await Until.TrueAsync(() => recorded.Count("select count(*) from activity_record where activity_type = 'PgWorkflows.DecideRecovery' and sentence like '1 of the last 3 checks failed; 2 must'") == 1);
        Assert.Empty(recorded.Runs("recover"));
        await CrashOfServerTests.RunAsync(server, "quickCheck", "counting");
        await Until.TrueAsync(() => recorded.Runs("recover") is [{ Resource: "counting", Result: "Succeeded" }]);

        Assert.Empty(services.Log("paused"));
        Assert.Contains(recorded.Query<string?>("select sentence from activity_record where activity_type = 'PgWorkflows.DecideRecovery'"), sentence => sentence == "the service was paused by hand");
    }

    [Fact]
    public async Task After_the_clock_was_set_back_an_hour_a_failed_check_still_leads_to_a_recovery()
    {
        using var services = await ScriptedServices.CreateAsync();
        var entry = await services.AddAsync("main");
        entry["localRecovery"] = true;
        entry["recoveryBudget"] = 1;
        await using var server = await TestServer.StartAsync([entry]);
        var recorded = new Recorded(server);
        await Until.TrueAsync(() => recorded.Runs("deepCheck") is [{ Result: "Succeeded" }] && recorded.Runs("quickCheck") is [{ Result: "Succeeded" }]);
        services.SetState("main", "1  STOPPED");
        await CrashOfServerTests.RunAsync(server, "quickCheck");
        await Until.TrueAsync(() => recorded.Runs("recover") is [{ Result: "Succeeded" }]);

        // For the history the clock was an hour ahead until now.
        recorded.Write("update workflow_instance set created_at = created_at + 3600000000, updated_at = updated_at + 3600000000, finished_at = finished_at + 3600000000");
        services.SetState("main", "1  STOPPED");
        await CrashOfServerTests.RunAsync(server, "quickCheck");

        await Until.TrueAsync(() => recorded.Runs("recover").Count(run => run.Result == "Succeeded") == 2);
        Assert.Equal("4  RUNNING", services.State("main"));
    }

    [Fact]
    public async Task The_documented_profile_recovers_nothing_unless_that_is_switched_on()
    {
        using var services = await ScriptedServices.CreateAsync();
        var entry = await services.AddAsync("main", "1  STOPPED");
        await using var server = await TestServer.StartAsync([entry]);
        var recorded = new Recorded(server);

        await Until.TrueAsync(() => recorded.Runs("protect").Count(run => run.Status == "Finished") == 2); // quickCheck and deepCheck have failed.

        Assert.Empty(services.Log("main"));
        Assert.Contains(recorded.Query<string?>("select sentence from activity_record where activity_type = 'PgWorkflows.DecideRecovery'"), sentence => sentence == "local recovery is off for main (localRecovery)");
    }

    private static JsonObject Entry(Resource resource) => new()
    {
        ["name"] = resource.Name,
        ["serviceControl"] = "pg_ctl",
        ["dataDirectory"] = resource.DataDirectory,
        ["binDirectory"] = resource.BinDirectory,
        ["port"] = resource.Port,
        ["startOptions"] = new JsonArray([.. resource.StartOptions.Select(option => (JsonNode)option)]),
        ["logFile"] = resource.LogFile,
        ["initialState"] = resource.InitialState.ToString(),
        ["profile"] = "guarded",
    };

    /// <summary>Somebody's web hook; the first request it gets it does not answer well, as they do.</summary>
    private sealed class Hook : IDisposable
    {
        public const string Secret = "0123456789abcdef0123456789abcdef";

        private readonly HttpListener _listener = new();
        private readonly string _secretFile = Path.GetTempFileName();
        private readonly int _port;

        public Hook()
        {
            using (var socket = new TcpListener(IPAddress.Loopback, 0))
            {
                socket.Start();
                _port = ((IPEndPoint)socket.LocalEndpoint).Port;
            }

            File.WriteAllText(_secretFile, Secret);
            _listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
            _listener.Start();
            _ = Task.Run(ServeAsync);
        }

        public System.Collections.Concurrent.ConcurrentQueue<(string Body, string Timestamp, string Signature)> Bodies { get; } = new();

        public JsonObject Settings() => new() { ["url"] = $"http://127.0.0.1:{_port}/hook", ["secretFile"] = _secretFile };

        public void Dispose()
        {
            _listener.Close();
            File.Delete(_secretFile);
        }

        private async Task ServeAsync()
        {
            for (var request = 0; _listener.IsListening; request++)
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                var body = await reader.ReadToEndAsync();
                if (request > 0)
                    Bodies.Enqueue((body, context.Request.Headers["X-PgWorkflows-Timestamp"]!, context.Request.Headers["X-PgWorkflows-Signature"]!));
                context.Response.StatusCode = request == 0 ? 503 : 204;
                context.Response.Close();
            }
        }
    }
}
