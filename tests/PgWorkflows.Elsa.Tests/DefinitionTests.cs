using System.Text.Json;
using Elsa.Common.Models;
using Elsa.Workflows;
using Elsa.Workflows.Activities;
using Elsa.Workflows.Activities.Flowchart.Activities;
using Elsa.Workflows.Management;
using Elsa.Workflows.Models;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Elsa.Definitions;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>The shipped files are read by Elsa 3.5.3 as they are: nothing is missing, dropped or turned into null.</summary>
public sealed class DefinitionTests(ElsaHome home) : IClassFixture<ElsaHome>
{
    private static readonly Dictionary<string, JsonElement> Files = ShippedWorkflows.Read()
        .Select(text => JsonDocument.Parse(text).RootElement).ToDictionary(file => file.GetProperty("definitionId").GetString()!);

    public static TheoryData<string> Names => [.. Files.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Names))]
    public async Task Elsa_reads_a_shipped_file_whole(string name)
    {
        await using var scope = home.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<IWorkflowDefinitionService>();
        var stored = await service.FindWorkflowDefinitionAsync(name, VersionOptions.Published, Token);
        var graph = await service.FindWorkflowGraphAsync(name, VersionOptions.Published, Token);
        var (file, root) = (Files[name], Assert.IsType<Flowchart>(graph!.Workflow.Root));

        Assert.Equal((file.GetProperty("id").GetString(), file.GetProperty("version").GetInt32()), (stored!.Id, stored.Version));
        Assert.DoesNotContain(graph.Nodes, node => node.Activity is NotFoundActivity);
        var activities = file.GetProperty("root").GetProperty("activities").EnumerateArray().ToList();
        Assert.Equal(activities.Select(one => $"{one.GetProperty("id")} {one.GetProperty("type")}"), root.Activities.Select(one => $"{one.Id} {one.Type}"));
        Assert.Equal(file.GetProperty("root").GetProperty("connections").GetArrayLength(), root.Connections.Count);

        // An input that Elsa drops has no expression, and a storage driver that it does not know loses the value at the first wait.
        foreach (var (given, read) in activities.Zip(root.Activities))
            Assert.Equal(InputsOf(given), InputsOf(given).Where(input => ExpressionOf(read, input) is not null));
        Assert.All(graph.Workflow.Variables, variable => Assert.Equal(typeof(WorkflowInstanceStorageDriver), variable.StorageDriverType));
        Assert.All(graph.Workflow.Inputs, input => Assert.Equal(typeof(WorkflowInstanceStorageDriver), input.StorageDriverType));
    }

    private static IEnumerable<string> InputsOf(JsonElement activity) => activity.EnumerateObject()
        .Where(member => member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("expression", out _)).Select(member => member.Name);

    private static object? ExpressionOf(IActivity activity, string input)
    {
        var name = char.ToUpperInvariant(input[0]) + input[1..];
        var value = activity.GetType().GetProperty(name) is { } property ? property.GetValue(activity)
            : activity.SyntheticProperties.TryGetValue(name, out var given) ? given : null;
        return (value as Input)?.Expression;
    }
}
