using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Instances;

namespace PgWorkflows.Engine.Interpreting;

// The run as scripts and references see it.
internal sealed partial class Burst
{
    /// <summary>What expressions of one activity see.</summary>
    private sealed class View(Burst burst, ActivityContext context) : IExpressionContext
    {
        /// <summary>The activity in words.</summary>
        public string Activity => $"'{context.Node.Label}' ({context.Node.Id})";

        public bool TryGetVariableById(string id, out object? value) => burst.TryGet(context.Number, scope => scope.IndexOfId(id), out value);

        public bool TryGetVariableByName(string name, out object? value) => burst.TryGet(context.Number, scope => scope.IndexOfName(name), out value);

        public bool TrySetVariableByName(string name, object? value) => burst.TrySet(context.Number, scope => scope.IndexOfName(name), value);

        public IEnumerable<string> VariableNames
        {
            get
            {
                for (var owner = burst.Get(context.Number); owner is not null; owner = burst.Get(owner.Parent))
                {
                    foreach (var variable in owner.Scope?.Definitions ?? [])
                        yield return variable.Name;
                }
            }
        }

        public object? GetInput(string name) => TryGetVariableByName(name, out var value) ? value : burst._before.Input.GetValueOrDefault(name);

        public IEnumerable<string> InputNames
        {
            get
            {
                for (var owner = burst.Get(context.Number); owner is not null; owner = burst.Get(owner.Parent))
                {
                    foreach (var input in owner.Node.Definition?.Inputs ?? [])
                        yield return input.Name;
                }
            }
        }

        public object? GetOutput(string activity, string? output)
        {
            var id = burst._register.ContainsKey(activity) ? activity : burst.Program.Nodes.FirstOrDefault(node => node.Name == activity)?.Id;
            if (id is null || !burst._register.TryGetValue(id, out var outputs))
                return null;
            return output is null ? outputs.Values.FirstOrDefault() : outputs.GetValueOrDefault(output);
        }

        public IEnumerable<(string Activity, string Output)> Outputs =>
            burst.Program.Nodes.Where(node => node.Name is not null && node.Descriptor is not null)
                .SelectMany(node => node.Descriptor!.Outputs.Select(output => (node.Name!, output.Name)));

        public object? LastResult => burst._lastResult;

        public ExpressionFacts Facts
        {
            get
            {
                var definition = burst.Program.Definition;
                return new(burst._before.Id, definition.DefinitionId, definition.Id, definition.Version, burst._correlationId, burst._name, burst.Now);
            }
        }

        public void SetCorrelationId(string? value) => burst.SetCorrelationId(value);

        public void SetName(string? value) => burst.SetName(value);

        /// <summary>What a script chose with setOutcome.</summary>
        public IReadOnlyList<string>? Chosen { get; private set; }

        public void SetOutcomes(IReadOnlyList<string> outcomes) => Chosen = outcomes;
    }
}
