namespace PgWorkflows.Engine.Expressions;

/// <summary>Nothing to be seen: for expressions that need nothing.</summary>
internal sealed class NoExpressionContext : IExpressionContext
{
    public static readonly NoExpressionContext Instance = new();

    public IEnumerable<string> VariableNames => [];

    public IEnumerable<string> InputNames => [];

    public IEnumerable<(string Activity, string Output)> Outputs => [];

    public object? LastResult => null;

    public ExpressionFacts Facts => new("", "", "", 0, null, null, DateTimeOffset.UnixEpoch);

    public bool TryGetVariableById(string id, out object? value) => (value = null) is not null;

    public bool TryGetVariableByName(string name, out object? value) => (value = null) is not null;

    public bool TrySetVariableByName(string name, object? value) => false;

    public object? GetInput(string name) => null;

    public object? GetOutput(string activity, string? output) => null;

    public void SetCorrelationId(string? value)
    {
    }

    public void SetName(string? value)
    {
    }

    public void SetOutcomes(IReadOnlyList<string> outcomes)
    {
    }
}
