using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting;

// Variables, inputs and outputs (elsa-contract 1.5 to 1.8).
internal sealed partial class Burst
{
    /// <summary>The scope of a container's own variables with their defaults; null where there are none.</summary>
    public static VariableScope? NewScope(IReadOnlyList<VariableDefinition> variables) =>
        variables.Count == 0 ? null : new(variables, [.. variables.Select(DefaultOf)]);

    /// <summary>Variables that are not stored have their defaults again when the run rests.</summary>
    private void ForgetMemoryVariables()
    {
        for (var i = 0; i < _contexts.Count; i++)
        {
            var scope = _contexts[i].Scope;
            for (var index = 0; index < scope?.Definitions.Count; index++)
            {
                if (!scope.Definitions[index].IsPersistent)
                    scope = scope.With(index, DefaultOf(scope.Definitions[index]));
            }

            if (scope != _contexts[i].Scope)
                _contexts[i] = _contexts[i] with { Scope = scope };
        }
    }

    /// <summary>Evaluates one input now, as lazily evaluated inputs are (While.Condition).</summary>
    public object? Evaluate(ActivityContext context, string input)
    {
        var compiled = context.Node.Inputs.First(candidate => candidate.Name == input);
        var value = Evaluate(compiled, new View(this, context));
        Update(Get(context.Number)! with { Inputs = new Dictionary<string, object?>(context.Inputs) { [input] = value } });
        return value;
    }

    /// <summary>Runs a script of an activity; with the outcomes that it chose, if any.</summary>
    public (object? Value, IReadOnlyList<string>? Outcomes) Run(ActivityContext context, IExpressionLanguage language, string script)
    {
        var view = new View(this, context);
        return (ValueConverter.Normalize(Named("Script", view, () => language.Evaluate(script, view))), view.Chosen);
    }

    /// <summary>Evaluates an expression that is a part of an input, as seen from an activity.</summary>
    public object? Evaluate(ActivityContext context, string input, Expression expression)
    {
        var view = new View(this, context);
        return Named(input, view, () => expression.Evaluate(view));
    }

    /// <summary>Whatever a script engine throws is told with the activity and the input that it was for.</summary>
    private static object? Named(string input, View view, Func<object?> evaluate)
    {
        try
        {
            return evaluate();
        }
#pragma warning disable CA1031 // The interpreter makes an incident of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new InputException(input, $"of {view.Activity} cannot be evaluated: {e.Message}", e);
        }
    }

    /// <summary>Evaluates an input of an activity that has not begun, as its flowchart sees it.</summary>
    public object? EvaluateFor(ActivityContext owner, Node node, string input) =>
        Array.Find(node.Inputs, candidate => candidate.Name == input) is { } compiled ? Evaluate(compiled, new View(this, owner)) : null;

    /// <summary>Copies an output to where it is bound before the activity completes, as loops do in each round.</summary>
    public void BindNow(ActivityContext context, string output, object? value)
    {
        Remember(context, new Dictionary<string, object?> { [output] = value });
        foreach (var binding in context.Node.Outputs)
        {
            if (binding.Output == output && !TrySetById(context.Parent, binding.Target, value))
                SetOutput(context, binding.Target, value);
        }
    }

    private IReadOnlyDictionary<string, object?> EvaluateInputs(ActivityContext context)
    {
        var inputs = context.Node.Inputs;
        if (inputs.Length == 0)
            return ActivityContext.Empty;
        var view = new View(this, context);
        var values = new Dictionary<string, object?>(inputs.Length);
        foreach (var input in inputs)
        {
            if (!input.IsLazy)
                values[input.Name] = Evaluate(input, view);
        }

        return values;
    }

    private static object? Evaluate(CompiledInput input, View view)
    {
        if (input.Expression is null)
            return input.Default;
        var expression = input.Expression;
        var value = Named(input.Name, view, () => input.Type == typeof(object) ? expression.EvaluateAsObject(view) : expression.Evaluate(view));
        try
        {
            return input.Type is null ? value : ValueConverter.Normalize(ValueConverter.Convert(value, input.Type));
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException or JsonException or ArgumentException)
        {
            // Elsa reads a literal that does not fit as the type's empty value; the validator does not let it be published.
            if (input.Expression is Constant)
                return ValueConverter.Normalize(ValueConverter.EmptyOf(input.Type!));
            throw new InputException(input.Name, $"of {view.Activity} cannot be read as {input.Type!.Name}: {e.Message}", e);
        }
    }

    /// <summary>Records outputs of an activity that goes on.</summary>
    public ActivityContext Record(ActivityContext context, IReadOnlyDictionary<string, object?> outputs) =>
        outputs.Count == 0 ? context : Bind(context, outputs);

    /// <summary>Records outputs and copies the bound ones to their variables and workflow outputs.</summary>
    private ActivityContext Bind(ActivityContext context, IReadOnlyDictionary<string, object?> outputs)
    {
        var values = outputs.ToDictionary(pair => pair.Key, pair => ValueConverter.Normalize(pair.Value));
        context = Update(context with { Outputs = values });
        foreach (var binding in context.Node.Outputs)
        {
            if (values.TryGetValue(binding.Output, out var value) && !TrySetById(context.Parent, binding.Target, value))
                SetOutput(context, binding.Target, value);
        }

        Remember(context, values);
        return Get(context.Number)!;
    }

    private void Remember(ActivityContext context, Dictionary<string, object?> outputs)
    {
        if (!Program.HasScripts)
            return;
        _register = new Dictionary<string, IReadOnlyDictionary<string, object?>>(_register) { [context.Node.Id] = outputs };
        _lastResult = outputs.Values.First();
    }

    /// <summary>Sets a variable by its id in the nearest scope; false when no scope has it.</summary>
    public bool TrySetById(int from, string id, object? value) => TrySet(from, scope => scope.IndexOfId(id), value);

    /// <summary>Sets an output of the nearest composite that declares it, else of the workflow (Elsa's SetOutput).</summary>
    public void SetOutput(ActivityContext from, string name, object? value)
    {
        for (var owner = Get(from.Parent); owner is not null; owner = Get(owner.Parent))
        {
            if (owner.Node.Behavior is Behaviors.WorkflowAsActivity composite && composite.Definition.Outputs.Any(output => output.Name == name))
            {
                Update(owner with { Outputs = new Dictionary<string, object?>(owner.Outputs) { [name] = ValueConverter.Normalize(value) } });
                return;
            }
        }

        _output ??= new Dictionary<string, object?>(_before.Output);
        _output[name] = ValueConverter.Normalize(value);
    }

    private bool TrySet(int from, Func<VariableScope, int> find, object? value)
    {
        for (var context = Get(from); context is not null; context = Get(context.Parent))
        {
            if (context.Scope is not { } scope || find(scope) is not (>= 0 and var index))
                continue;
            Update(context with { Scope = scope.With(index, Typed(scope.Definitions[index], value)) });
            return true;
        }

        return false;
    }

    private bool TryGet(int from, Func<VariableScope, int> find, out object? value)
    {
        for (var context = Get(from); context is not null; context = Get(context.Parent))
        {
            if (context.Scope is not { } scope || find(scope) is not (>= 0 and var index))
                continue;
            value = scope[index];
            return true;
        }

        value = null;
        return false;
    }

    private static object? Typed(VariableDefinition variable, object? value)
    {
        if (TypeAliases.Find(variable.TypeName) is { } type)
            return ValueConverter.Normalize(ValueConverter.Convert(value, type));

        // Lists, dictionaries and JSON are given as text by editors.
        return ValueConverter.Normalize(value) is string text && Expression.ParseText(JsonSerializer.SerializeToElement(text)) is { } parsed
            ? ValueConverter.Normalize(parsed) : ValueConverter.Normalize(value);
    }

    /// <summary>A default that does not fit its type is ignored, as in Elsa.</summary>
    private static object? DefaultOf(VariableDefinition variable)
    {
        if (variable.Default is not { } json || json.ValueKind == JsonValueKind.Null || (json.ValueKind == JsonValueKind.String && json.ValueEquals("")))
            return null;
        try
        {
            var value = ValueConverter.Normalize(json);
            return Typed(variable, value);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException or JsonException)
        {
            return ValueConverter.Normalize(ValueConverter.EmptyOf(TypeAliases.Find(variable.TypeName) ?? typeof(object)));
        }
    }
}
