using System.Net;
using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>
/// Twenty resources checked every second, services that fail at random and in many ways, an operator who recovers what was given up, and a server that
/// is killed thirty times: in the end the histories say, effect by effect, what the service managers have seen.
/// </summary>
public sealed class SoakTests
{
    private const int Resources = 20;
    private const int Kills = 30;

    private static readonly string[] RefusalsOfClients = ["Connection refused", "FATAL:  sorry, too many clients already", "FATAL:  the database system is starting up"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thirty_kills_twenty_resources_and_every_effect_is_in_the_histories()
    {
        using var services = await FailingServices.CreateAsync(pauseSeconds: 0.2);
        var names = Enumerable.Range(0, Resources).Select(number => $"r{number}").ToList();
        await using var server = await TestServer.StartAsync([.. await Task.WhenAll(names.Select((name, number) => EntryAsync(services, name, isGuarded: number % 2 == 0)))]);
        var recorded = new Recorded(server);
        await PublishWaiterAsync(server);

        var kills = new List<long>();
        var random = new Random(20261122);
        for (var kill = 0; kill < Kills; kill++)
        {
            await RecoverGivenUpAsync(server, recorded);
            for (var failures = random.Next(0, 6); failures > 0; failures--)
                await FailAsync(services, names[random.Next(Resources)], random);
            if (kill % 5 == 0)
                await StartWaiterAsync(server);
            // Now and then it has the time to see a hung command to its limit.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100, kill % 10 == 9 ? 5000 : 1500)), TimeProvider.System, Token);
            await server.KillAsync();
            kills.Add((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            await services.SettledAsync();
            await server.StartAgainAsync();
        }

        // Left alone by failures, everything comes to its end: services run, waits are over, nobody holds a resource.
        names.ForEach(services.Heal);
        await ComesToRestAsync();
        await Until.TrueAsync(() => recorded.Count("select count(*) from workflow_instance where definition_id = 'waiter' and status = 'Running'") == 0);
        await server.StopAsync();
        await server.StartAgainAsync(); // The rules of a return have looked at everything once more.
        await Until.TrueAsync(() => recorded.Count("select count(*) from workflow_instance where status = 'Running' and created_at < (select started_at from server)") == 0);
        await ComesToRestAsync();
        await server.StopAsync();

        TestContext.Current.TestOutputHelper?.WriteLine(Summary(names, services, recorded));
        var differences = names.SelectMany(name => Effects.Differences(services.Issued(name), Effects.Of(name, recorded), kills).Select(difference => $"{name}: {difference}"));
        Assert.True(!differences.Any(), string.Join("\n\n", differences));
        // No run has started or stopped a service twice.
        Assert.Equal(0, recorded.Count("select count(*) from (select instance_id from activity_record where has_effect = 1 group by instance_id, activity_type having count(*) > 1)"));
        Assert.Equal(0, recorded.Count("select count(*) from lease where instance_id is not null"));
        Assert.Equal(0, recorded.Count("select count(*) from workflow_instance where action in ('restore', 'remove', 'recover') and coalesce(result, '') not in ('Succeeded', 'Failed', 'Superseded')"));
        // A soak in which nothing failed would have shown nothing.
        Assert.Superset(new HashSet<string> { "start accepted", "start 1053", "start hung", "stop accepted", "stop hung" }, names.SelectMany(services.Issued).Select(command => $"{command.Verb} {command.Answer}").ToHashSet());
        // Whichever server saw it: each recovery that failed by itself has called for a human.
        Assert.Empty(recorded.Query<string>("select id from workflow_instance r where action = 'recover' and result = 'Failed' and trigger_kind = 'event' and not exists (select 1 from event e where e.instance_id = r.parent_id and e.message_id = 114000)"));
        Assert.Equal("ok", recorded.Query<string>("pragma integrity_check")[0]);
        Assert.Equal(Kills / 5, recorded.Count("select count(*) from workflow_instance where definition_id = 'waiter' and sub_status = 'Finished'"));
        Assert.True(recorded.Count("select count(*) from workflow_instance where action = 'recover' and result = 'Succeeded'") > 0);

        async Task ComesToRestAsync()
        {
            try
            {
                await Until.TrueAsync(async () =>
                {
                    await RecoverGivenUpAsync(server, recorded);
                    return names.TrueForAll(services.IsUp) && recorded.Count("select count(*) from lease where instance_id is not null") == 0
                        && recorded.Count("select count(*) from workflow_instance where definition_id = 'protect' and status = 'Running'") == 0
                        && recorded.Count("select count(*) from resource_state where state <> 'ISP'") == 0;
                });
            }
            catch (TimeoutException)
            {
                Assert.Fail(string.Join("\n\n", names.Select(name => Story(name, services, recorded))));
            }
        }
    }

    private static async Task<JsonObject> EntryAsync(FailingServices services, string name, bool isGuarded)
    {
        var entry = await services.AddAsync(name);
        entry["profile"] = isGuarded ? "guarded" : "documented";
        entry["localRecovery"] = true;
        entry["quickCheckInterval"] = "00:00:01";
        entry["deepCheckInterval"] = "00:00:02";
        entry["recoveryBudget"] = 1000; // The soak is about effects, not about giving up.
        entry["pollRepeats"] = 200; // Nor about patience with a slow service manager.
        return entry;
    }

    private static async Task FailAsync(FailingServices services, string name, Random random)
    {
        var time = TimeSpan.FromMilliseconds(random.Next(300, 3000));
        switch (random.Next(9))
        {
            case 0:
                await services.StopAsync(name);
                break;
            case 1:
                await services.LosePostmasterAsync(name);
                break;
            case 2 or 3:
                services.RefuseStarts(name, random.Next(2) == 0 ? 1053 : 1058, random.Next(2) == 0 ? time : null);
                await services.StopAsync(name);
                break;
            case 4 or 5:
                services.RefuseClients(name, RefusalsOfClients[random.Next(RefusalsOfClients.Length)], time);
                break;
            case 6:
                services.HangNext(name, "query");
                break;
            case 7:
                services.HangNext(name, random.Next(2) == 0 ? "start" : "stop");
                await services.LosePostmasterAsync(name);
                break;
            default:
                services.HangClients(name, time / 4);
                break;
        }
    }

    /// <summary>A recovery that failed has left its resource to an operator, and this is the operator.</summary>
    private static async Task RecoverGivenUpAsync(TestServer server, Recorded recorded)
    {
        foreach (var name in recorded.Query<string>("select resource from resource_state where state <> 'ISP' and resource not in (select resource from lease where instance_id is not null)"))
        {
            using var client = server.CreateClient();
            using var answer = await client.PostAsync($"/api/resources/{name}/actions/recover?wait=0", null, Token);
            Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Conflict, server.Log); // Somebody may have begun in this moment.
        }
    }

    /// <summary>What is known of a service that did not come back.</summary>
    private static string Story(string name, FailingServices services, Recorded recorded) =>
        $"{name} is {services.Story(name)}; it is {recorded.StateOf(name)}; its runs: "
        + string.Join("; ", recorded.Runs().Where(run => run.Resource == name).TakeLast(8).Select(run => $"{run.Action} {run.SubStatus} {run.Result} {run.Note}"));

    private static string Summary(List<string> names, FailingServices services, Recorded recorded)
    {
        var runs = recorded.Query<string>("select coalesce(action, definition_id) || ' ' || coalesce(result, sub_status) || ': ' || count(*) from workflow_instance group by coalesce(action, definition_id), coalesce(result, sub_status)");
        var commands = names.SelectMany(services.Issued).GroupBy(command => $"{command.Verb} {command.Answer}", (answer, all) => $"{answer}: {all.Count()}").Order(StringComparer.Ordinal);
        var effects = names.SelectMany(name => Effects.Of(name, recorded)).GroupBy(effect => $"{effect.Verb} {(effect.IsCut ? "cut, " : "")}{effect.Status}", (end, all) => $"{end}: {all.Count()}").Order(StringComparer.Ordinal);
        return $"runs {string.Join(", ", runs)}; issued {string.Join(", ", commands)}; recorded {string.Join(", ", effects)}";
    }

    /// <summary>A workflow that waits for three seconds: no kill may lose such a wait.</summary>
    private static Task PublishWaiterAsync(TestServer server) => Workflows.PublishAsync(server, "waiter", """
        {
          "id": "seq", "type": "Elsa.Sequence", "version": 1, "activities": [
            { "id": "wait", "type": "Elsa.Delay", "version": 1, "timeSpan": { "typeName": "TimeSpan", "expression": { "type": "Literal", "value": "00:00:03" } } },
            { "id": "say", "type": "Elsa.WriteLine", "version": 1, "text": { "typeName": "String", "expression": { "type": "Literal", "value": "waited" } } }
          ]
        }
        """);

    private static async Task StartWaiterAsync(TestServer server)
    {
        using var client = server.CreateClient();
        using var answer = await client.PostAsync("/elsa/api/workflow-definitions/waiter/dispatch", new StringContent("{}", null, "application/json"), Token);
        answer.EnsureSuccessStatusCode();
    }
}
