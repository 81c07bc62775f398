using System.Reflection;

namespace PgWorkflows.Engine.Values;

/// <summary>Makes an inputs record from evaluated values, by the names of its constructor's parameters.</summary>
internal sealed class InputBinder<TInputs>
{
    private readonly ConstructorInvoker _constructor;
    private readonly ParameterInfo[] _parameters;

    public InputBinder()
    {
        var constructor = typeof(TInputs).GetConstructors()[0];
        _parameters = constructor.GetParameters();
        _constructor = ConstructorInvoker.Create(constructor);
    }

    public TInputs Bind(IReadOnlyDictionary<string, object?> values)
    {
        var arguments = new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = Argument(_parameters[i], values);
        return (TInputs)_constructor.Invoke(arguments.AsSpan());
    }

    private static object? Argument(ParameterInfo parameter, IReadOnlyDictionary<string, object?> values)
    {
        var value = values.GetValueOrDefault(parameter.Name!);
        if (value is null)
        {
            if (parameter.HasDefaultValue)
                return parameter.DefaultValue;
            if (IsNullable(parameter))
                return null;
            throw new InputException(parameter.Name!, "has no value; give it one in the designer");
        }

        try
        {
            return ValueConverter.Convert(value, parameter.ParameterType);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException or System.Text.Json.JsonException)
        {
            throw new InputException(parameter.Name!, $"cannot be read as {parameter.ParameterType.Name}: {e.Message}");
        }
    }

    private static bool IsNullable(ParameterInfo parameter) =>
        Nullable.GetUnderlyingType(parameter.ParameterType) is not null
        || (!parameter.ParameterType.IsValueType && new NullabilityInfoContext().Create(parameter).WriteState is not NullabilityState.NotNull);
}

/// <summary>An input's value does not fit: the message names the input and the cure.</summary>
public sealed class InputException(string input, string problem, Exception? cause = null) : Exception($"Input '{input}' {problem.TrimEnd('.')}.", cause)
{
    /// <summary>The input's name.</summary>
    public string Input { get; } = input;
}
