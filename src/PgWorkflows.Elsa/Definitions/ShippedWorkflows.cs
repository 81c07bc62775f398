using System.Reflection;
using Elsa.Workflows;
using Elsa.Workflows.Management.Mappers;
using Elsa.Workflows.Management.Materializers;
using Elsa.Workflows.Management.Models;
using Elsa.Workflows.Runtime;

namespace PgWorkflows.Elsa.Definitions;

/// <summary>The definitions that come with PgWorkflows, as files that Elsa reads unchanged.</summary>
public sealed class ShippedWorkflows(IActivitySerializer serializer, WorkflowDefinitionMapper mapper) : IWorkflowsProvider
{
    private const string Folder = "workflows/";

    /// <inheritdoc/>
    public string Name => "PgWorkflows";

    /// <inheritdoc/>
    public ValueTask<IEnumerable<MaterializedWorkflow>> GetWorkflowsAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read().Select(file => new MaterializedWorkflow(
            mapper.Map(serializer.Deserialize<WorkflowDefinitionModel>(file)), Name, JsonWorkflowMaterializer.MaterializerName)));

    /// <summary>The files' texts; the workflows used as activities come before those that use them.</summary>
    internal static IReadOnlyList<string> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }).OrderByDescending(text => text.Contains("\"usableAsActivity\": true", StringComparison.Ordinal))];
    }
}
