using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;

namespace PgWorkflows.Engine.Conformance;

/// <summary>Carries out conformance cases in memory, on a clock of its own, and compares what came out (see tests/fixtures/elsa-conformance/README.md).</summary>
public sealed class ConformanceRunner(ExpressionLanguages languages, params IReadOnlyList<IActivity> activities)
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Called after every step of a run; may replace the instance, for example by its stored and loaded self.</summary>
    public Func<WorkflowInstance, WorkflowInstance>? AfterStep { get; init; }

    /// <summary>Carries out one case.</summary>
    public async Task<ConformanceResult> RunAsync(ConformanceCase @case, CancellationToken cancellationToken)
    {
        var observed = (JsonObject)JsonNode.Parse(@case.Json.GetRawText())!;
        if (WhyNot(@case) is { } reason)
            return new(@case.Name, ConformanceVerdict.Skipped, reason, observed);

        var time = new ManualTime(Begin);
        var host = new MemoryHost(time, languages, activities) { AfterStep = AfterStep };
        foreach (var json in @case.Definitions)
        {
            var (definition, findings) = DefinitionReader.Read(JsonSerializer.SerializeToUtf8Bytes(json));
            if (definition is null)
                return new(@case.Name, ConformanceVerdict.Differs, string.Join('\n', findings), observed);
            host.Publish(definition);
        }

        string? difference = null;
        var attempt = new Attempt(@case, host, time);
        var number = 0;
        foreach (var step in @case.Steps)
        {
            var seen = await attempt.DoAsync(step, cancellationToken);
            var target = (JsonObject)observed["steps"]![number++]!;
            if (difference is null && step.TryGetProperty("expected", out var expected) && Difference.First(expected, seen) is { } first)
                difference = $"step {number} ({step.Member("do")}): {first}";
            target.Remove("expected");
            target.Remove("expectedWithSqliteStore");
            target["observed"] = seen;
        }

        return new(@case.Name, difference is null ? ConformanceVerdict.Passed : ConformanceVerdict.Differs, difference, observed);
    }

    private string? WhyNot(ConformanceCase @case)
    {
        if (@case.IsTimingDependent)
            return "the recorded outcome depends on timing";
        return @case.Definitions.Any(definition => UsesLiquid(definition)) && !languages.Knows("Liquid") ? "Liquid is not offered" : null;
    }

    private static bool UsesLiquid(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.Member("type") is { ValueKind: JsonValueKind.String } type && type.GetString() == "Liquid"
            || json.EnumerateObject().Any(member => UsesLiquid(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().Any(UsesLiquid),
        _ => false,
    };

    /// <summary>The runs of one case and their labels.</summary>
    private sealed class Attempt(ConformanceCase @case, MemoryHost host, ManualTime time)
    {
        private readonly Dictionary<string, MemoryHost.Run> _labels = new(StringComparer.Ordinal);

        public async Task<JsonObject> DoAsync(JsonElement step, CancellationToken cancellationToken)
        {
            host.Lines.Clear();
            var label = step.Member("instance")?.GetString() ?? "main";
            var observed = new JsonObject();
            switch (step.Member("do")?.GetString())
            {
                case "run":
                    var started = await host.TryStartAsync(step.Member("definitionId")?.GetString() ?? @case.Run
                        ?? throw new FormatException("A run step needs a definition: 'definitionId', or 'run' of the case."), RequestOf(step), cancellationToken);
                    if (started is null)
                        observed["cannotStart"] = true;
                    else
                        Returned(observed, _labels[label] = started);
                    break;
                case "resume":
                    var bookmark = step.GetProperty("bookmark");
                    var run = Labelled(label);
                    var found = run.Instance.Bookmarks.Where(candidate => candidate.ActivityId == bookmark.Member("activityId")?.GetString())
                        .ElementAtOrDefault(bookmark.Member("index")?.GetInt32() ?? 0)
                        ?? throw new FormatException($"'{label}' has no bookmark of {bookmark.Member("activityId")}.");
                    await host.ResumeAsync(run, found.Id, PayloadOf(step.Member("input")), cancellationToken);
                    Returned(observed, run);
                    break;
                case "event":
                    await host.PublishEventAsync(step.GetProperty("name").GetString()!, step.Member("payload"), step.Member("correlationId")?.GetString(), cancellationToken);
                    break;
                case "cancel":
                    await host.CancelAsync(Labelled(label), step.Member("via")?.GetString() != "runtimeClient", cancellationToken);
                    break;
                case "reportTask":
                    var task = Labelled(label).Instance.Bookmarks.FirstOrDefault(candidate => candidate.ActivityId == step.Member("activityId")?.GetString())
                        ?? throw new FormatException($"'{label}' waits for no task of {step.Member("activityId")}.");
                    await host.ReportTaskAsync(((JsonElement)task.Payload!).Member("TaskId")!.Value.GetString()!, step.Member("result"), cancellationToken);
                    break;
                case "wait":
                    time.Advance(TimeSpan.FromMilliseconds(step.GetProperty("milliseconds").GetInt32()));
                    await host.ResumeDueAsync(cancellationToken);
                    break;
                case "runInstance":
                    break; // Without a bookmark there is nothing that could go on.
                case var other:
                    throw new FormatException($"'{other}' is not a step of a conformance case.");
            }

            Observation.Add(observed, host, LabelOf, Main);
            return observed;
        }

        /// <summary>Elsa hands an event's payload over in a member of the resume's input.</summary>
        private static object? PayloadOf(JsonElement? input) => input?.Member("__EventPayloadWorkflowInput") ?? input;

        private MemoryHost.Run? Main => _labels.GetValueOrDefault("main") ?? (host.Runs.Count > 0 ? host.Runs[0] : null);

        private static StartRequest RequestOf(JsonElement step) => new()
        {
            InstanceId = MemoryHost.NewId(),
            Input = step.Member("input") is { ValueKind: JsonValueKind.Object } input
                ? input.EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value.Clone()) : new Dictionary<string, object?>(),
            CorrelationId = step.Member("correlationId")?.GetString(),
            TriggerActivityId = step.Member("triggerActivityId")?.GetString(),
        };

        private static void Returned(JsonObject observed, MemoryHost.Run run) => observed["returned"] = new JsonObject
        {
            ["status"] = run.Returned.Status.ToString(),
            ["subStatus"] = run.Returned.SubStatus.ToString(),
        };

        private MemoryHost.Run Labelled(string label) =>
            _labels.GetValueOrDefault(label) ?? (label == "main" ? Main : host.Runs.FirstOrDefault(run => LabelOf(run) == label)) ?? throw new FormatException($"No run is labelled '{label}'.");

        private string LabelOf(MemoryHost.Run run)
        {
            if (_labels.FirstOrDefault(pair => pair.Value == run).Key is { } given)
                return given;
            if (run == host.Runs[0] && !_labels.ContainsKey("main"))
                return "main";
            var id = run.Instance.Program.Definition.DefinitionId;
            var number = host.Runs.TakeWhile(other => other != run)
                .Count(other => other.Instance.Program.Definition.DefinitionId == id && !_labels.ContainsValue(other)) + 1;
            return number == 1 ? id : $"{id}#{number}";
        }
    }
}
