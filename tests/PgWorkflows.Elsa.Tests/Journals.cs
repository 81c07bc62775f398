using System.Text.Json;
using Elsa.Common.Entities;
using Elsa.Common.Models;
using Elsa.Extensions;
using Elsa.Workflows;
using Elsa.Workflows.Activities;
using Elsa.Workflows.Activities.Flowchart.Activities;
using Elsa.Workflows.Management;
using Elsa.Workflows.Models;
using Elsa.Workflows.Runtime;
using Elsa.Workflows.Runtime.Filters;
using Elsa.Workflows.Runtime.OrderDefinitions;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Runs;
using PgWorkflows.Testing.Agreement;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>Reads what Elsa has stored of a run: its own journal and activity records.</summary>
internal static class Journals
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Each step with its journal entries and the outcome it took, in the order of the journal.</summary>
    public static async Task<IReadOnlyList<string>> StepsAsync(IServiceProvider services, string id)
    {
        await using var scope = services.CreateAsyncScope();
        var graph = await GraphAsync(scope.ServiceProvider, id);
        var order = new WorkflowExecutionLogRecordOrder<long>(record => record.Sequence, OrderDirection.Ascending);
        var page = await scope.ServiceProvider.GetRequiredService<IWorkflowExecutionLogStore>()
            .FindManyAsync(new WorkflowExecutionLogRecordFilter { WorkflowInstanceId = id }, PageArgs.All, order, Token);
        var records = (await scope.ServiceProvider.GetRequiredService<IActivityExecutionStore>()
            .FindManyAsync(new ActivityExecutionRecordFilter { WorkflowInstanceId = id }, Token)).ToDictionary(record => record.Id);

        return [.. page.Items.Where(entry => entry.ActivityNodeId is not null && graph.NodeIdLookup.TryGetValue(entry.ActivityNodeId, out var node) && IsStep(node.Activity))
            .GroupBy(entry => entry.ActivityInstanceId)
            .Select(step => AgreementJournal.Step(
                Label(graph.NodeIdLookup[step.First().ActivityNodeId].Activity), step.Select(entry => entry.EventName!), Outcomes(records[step.Key].Payload)))];
    }

    /// <summary>The events of a run, as they lie in PgWorkflows' history.</summary>
    public static async Task<IReadOnlyList<string>> EventsAsync(ElsaHome home, string id) =>
        [.. (await new History(home.Database).EventsAsync(id, null, 1000, Token)).Reverse().Select(e => $"{e.Id} {e.Text}")];

    private static async Task<WorkflowGraph> GraphAsync(IServiceProvider services, string id)
    {
        var instance = await services.GetRequiredService<IWorkflowInstanceManager>().FindByIdAsync(id, Token);
        return (await services.GetRequiredService<IWorkflowDefinitionService>().FindWorkflowGraphAsync(instance!.DefinitionVersionId, Token))!;
    }

    private static bool IsStep(IActivity activity) => activity is not (Workflow or Container or Composite or FlowJoin);

    private static string Label(IActivity activity) => activity.Metadata["displayText"].ToString()!;

    private static IReadOnlyList<string> Outcomes(IDictionary<string, object>? payload) => payload?.GetValueOrDefault("Outcomes") switch
    {
        null => [],
        JsonElement json => [.. json.EnumerateArray().Select(one => one.GetString()!)],
        IEnumerable<string> names => [.. names],
        IEnumerable<object> names => [.. names.Select(name => name.ToString()!)],
        var other => throw new InvalidOperationException(other.GetType().FullName),
    };
}
