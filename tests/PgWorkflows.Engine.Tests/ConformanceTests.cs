using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Values;
using PgWorkflows.JavaScript;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>What a real Elsa 3.5.3 did with small workflows (tests/fixtures/elsa-conformance), step by step.</summary>
public sealed class ConformanceTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "elsa-conformance");

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    [Theory, MemberData(nameof(Names))]
    public Task Runs_like_Elsa(string name) => Run(name, afterStep: null);

    [Theory, MemberData(nameof(Names))]
    public Task Runs_the_same_when_stored_and_loaded_after_every_step(string name) =>
        Run(name, instance => InstanceState.Read(InstanceState.Write(instance), instance.Program));

    private static async Task Run(string name, Func<WorkflowInstance, WorkflowInstance>? afterStep)
    {
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, name + ".json"), TestContext.Current.CancellationToken));
        var @case = json.RootElement;
        var host = new MemoryHost(TimeProvider.System, new ExpressionLanguages(new JavaScriptLanguage())) { AfterStep = afterStep };
        foreach (var definition in @case.GetProperty("definitions").EnumerateArray())
        {
            var (read, findings) = DefinitionReader.Read(JsonSerializer.SerializeToUtf8Bytes(definition));
            Assert.True(read is not null, string.Join('\n', findings));
            host.Publish(read);
        }

        var labels = new Dictionary<string, MemoryHost.Run>();
        foreach (var step in @case.GetProperty("steps").EnumerateArray())
        {
            host.Lines.Clear();
            await Do(host, @case, step, labels);
            Compare(step.GetProperty("expected"), labels.GetValueOrDefault("main") ?? host.Runs[0], host);
        }
    }

    private static async Task Do(MemoryHost host, JsonElement @case, JsonElement step, Dictionary<string, MemoryHost.Run> labels)
    {
        var token = TestContext.Current.CancellationToken;
        var label = Text(step, "instance") ?? "main";
        switch (step.GetProperty("do").GetString())
        {
            case "run":
                var input = step.TryGetProperty("input", out var given)
                    ? given.EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value.Clone())
                    : [];
                labels[label] = await host.StartAsync(Text(step, "definitionId") ?? Text(@case, "run")!, new StartRequest
                {
                    InstanceId = MemoryHost.NewId(),
                    Input = input,
                    CorrelationId = Text(step, "correlationId"),
                    TriggerActivityId = Text(step, "triggerActivityId"),
                }, token);
                break;
            case "resume":
                var run = labels[label];
                var wanted = step.GetProperty("bookmark");
                var bookmark = run.Instance.Bookmarks.Where(b => b.ActivityId == Text(wanted, "activityId"))
                    .ElementAt(wanted.TryGetProperty("index", out var index) ? index.GetInt32() : 0);
                await host.ResumeAsync(run, bookmark.Id, step.TryGetProperty("input", out var with) ? with.Clone() : null, token);
                break;
            case "event":
                await host.PublishEventAsync(Text(step, "name")!, step.TryGetProperty("payload", out var payload) ? payload.Clone() : null, Text(step, "correlationId"), token);
                break;
            case "cancel":
                await host.CancelAsync(labels[label], token);
                break;
            default:
                Assert.Skip($"step '{step.GetProperty("do")}' is not for this host");
                break;
        }
    }

    private static void Compare(JsonElement expected, MemoryHost.Run run, MemoryHost host)
    {
        var instance = run.Instance;
        Assert.Equal(
            string.Join(' ', expected.GetProperty("journal").EnumerateArray().Select(entry => $"{entry[0]}:{entry[1]}")),
            string.Join(' ', run.Journal.Select(entry => $"{entry.Node.Id}:{entry.EventName}")));
        Assert.Equal(expected.GetProperty("status").GetString(), instance.Status.ToString());
        Assert.Equal(expected.GetProperty("subStatus").GetString(), instance.SubStatus.ToString());
        Same(expected.GetProperty("outputs"), instance.Output);
        Same(expected.GetProperty("variables"), instance.Variables);
        Assert.Equal(
            expected.GetProperty("bookmarks").EnumerateArray().Select(b => $"{b.GetProperty("activityId")} {b.GetProperty("name")}"),
            instance.Bookmarks.OrderBy(b => b.ActivityId).Select(b => $"{b.ActivityId} {b.Name}"));
        Assert.Equal(
            expected.GetProperty("incidents").EnumerateArray().Select(i => i.GetProperty("activityId").GetString()),
            instance.Incidents.Select(i => i.ActivityId));
        Assert.Equal(
            expected.GetProperty("consoleLines").EnumerateArray().Select(line => line.GetString()), host.Lines);
        if (expected.TryGetProperty("activityRecords", out var records))
            Assert.Equal(records.EnumerateArray().Select(Describe), run.Records.Values.GroupBy(record => record.Node.NodeId).Select(Describe));
    }

    private static string Describe(JsonElement record) =>
        $"{record.GetProperty("nodeId")} {record.GetProperty("count")} {Join(record, "statuses")} {Join(record, "outcomes")}";

    private static string Describe(IGrouping<string, ActivityContext> group)
    {
        var outcomes = group.Any(record => record.Outcomes is not null) ? string.Join(';', group.Select(r => r.Outcomes is null ? "" : JsonSerializer.Serialize(r.Outcomes))) : "";
        return $"{group.Key} {group.Count()} {string.Join(';', group.Select(r => r.Status))} {outcomes}";
    }

    private static string Join(JsonElement record, string member) =>
        record.TryGetProperty(member, out var list) ? string.Join(';', list.EnumerateArray().Select(item => item.ToString().Replace(" ", ""))) : "";

    private static void Same(JsonElement expected, IReadOnlyDictionary<string, object?> actual)
    {
        var observed = JsonNode.Parse(JsonSerializer.Serialize(actual, ValueConverter.Json));
        var wanted = JsonNode.Parse(expected.GetRawText());
        Assert.True(JsonNode.DeepEquals(wanted, observed), $"expected {wanted?.ToJsonString()} but was {observed?.ToJsonString()}");
    }

    private static string? Text(JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
