using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Engine.Instances;

/// <summary>The variables of one scope with their values. A value: setting makes a new scope.</summary>
internal sealed class VariableScope(IReadOnlyList<VariableDefinition> definitions, object?[] values)
{
    public IReadOnlyList<VariableDefinition> Definitions { get; } = definitions;

    public object? this[int index] => values[index];

    public int IndexOfId(string id) => IndexOf(definition => definition.Id == id);

    public int IndexOfName(string name) => IndexOf(definition => definition.Name == name);

    public VariableScope With(int index, object? value)
    {
        var copy = (object?[])values.Clone();
        copy[index] = value;
        return new(Definitions, copy);
    }

    private int IndexOf(Func<VariableDefinition, bool> isIt)
    {
        for (var i = 0; i < Definitions.Count; i++)
        {
            if (isIt(Definitions[i]))
                return i;
        }

        return -1;
    }
}
