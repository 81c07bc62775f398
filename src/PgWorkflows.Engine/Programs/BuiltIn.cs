using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Interpreting.Behaviors;

namespace PgWorkflows.Engine.Programs;

/// <summary>Elsa's own activities that the engine runs by itself (elsa-contract 1.11). Those that need a host are leaf activities in Activities/.</summary>
internal static partial class BuiltIn
{
    public static ActivityType[] All => field ??= [.. Flow, .. Loops, .. Primitives, .. Waits];

    private static readonly InputDescriptor Cases = Input("Cases", "Cases", "flow-switch-editor") with { IsWrapped = false };
    private static readonly InputDescriptor SwitchMode = Choice("Mode", "SwitchMode", "MatchFirst", "MatchFirst", "MatchAny");

    private static ActivityType[] Flow =>
    [
        Define("Flowchart", "Flow", "Runs activities along their connections.", new Flowchart()).Container("Activities"),
        Define("Sequence", "Workflows", "Runs activities one after the other.", new Sequence()).Container("Activities"),
        Define("Parallel", "Workflows", "Runs activities at once and completes after the last.", new AllAtOnce(isFork: false)).Container("Activities"),
        Define("FlowNode", "Flow", "Holds one activity.", new Body()).As(d => d with { DisplayName = "Container", EmbeddedPorts = ["Body"] }),
        Define("Start", "Flow", "Where a flowchart begins.", new PassThrough()).As(d => d with { IsStart = true }),
        Define("End", "Flow", "Ends the flowchart.", new PassThrough()).As(Terminal),
        Define("If", "Branching", "Runs one of two activities.", new If(), Input("Condition", "Boolean", value: false))
            .As(d => d with { EmbeddedPorts = ["Then", "Else"] }).Gives("Result", "Boolean", "The condition."),
        Define("FlowDecision", "Branching", "Goes one of two ways.", new FlowDecision(), Input("Condition", "Boolean"))
            .As(d => d with { DisplayName = "Decision", Outcomes = ["True", "False"] }),
        Define("Switch", "Branching", "Runs the activities of the cases that hold.", new Switch(), Cases with { UIHint = "switch-editor" }, SwitchMode)
            .As(d => d with { EmbeddedPorts = ["Cases", "Default"] }),
        Define("FlowSwitch", "Branching", "Goes the ways of the cases that hold.", new FlowSwitch(), Cases, SwitchMode)
            .As(d => d with { DisplayName = "Switch (flow)", Outcomes = ["Default"], OutcomesFrom = "Cases" }),
        Define("FlowFork", "Branching", "Goes several ways at once.", new FlowFork(), Input("Branches", "List<String>", "dynamic-outcomes"))
            .As(d => d with { DisplayName = "Fork (flow)", OutcomesFrom = "Branches" }),
        Define("FlowJoin", "Branching", "Waits for one or all of the ways that lead to it.", new PassThrough(),
            Choice("Mode", "FlowJoinMode", "WaitAny", "WaitAll", "WaitAllActive", "WaitAny")).As(d => d with { DisplayName = "Join" }),
        Define("Fork", "Control Flow", "Runs branches at once.", new AllAtOnce(isFork: true),
            Choice("JoinMode", "ForkJoinMode", "WaitAll", "WaitAll", "WaitAny") with { IsWrapped = false }).As(d => d with { IsHidden = true, EmbeddedPorts = ["Branches"] }),
    ];

    private static ActivityType[] Loops =>
    [
        Define("While", "Looping", "Repeats while a condition holds.", new While(), Input("Condition", "Boolean", value: false) with { AutoEvaluate = false }).As(WithBody),
        Define("For", "Looping", "Repeats for a range of numbers.", new For(),
            Input("Start", "Int32", value: 0L), Input("End", "Int32", value: 0L), Input("Step", "Int32", value: 1L), Input("OuterBoundInclusive", "Boolean", value: true))
            .As(WithBody).Gives("CurrentValue", "Object", "The number of this round."),
        Define("ForEach", "Looping", "Repeats for each item.", new ForEach(), Input("Items", "List<Object>"))
            .As(WithBody).Gives("CurrentValue", "Object", "The item of this round."),
        Define("ParallelForEach", "Looping", "Runs for all items at once.", new ParallelForEach(), Input("Items", "Object")).As(WithBody),
        Define("Break", "Looping", "Ends the nearest loop.", new Break()).As(Terminal),
    ];

    private static ActivityDescriptor Terminal(ActivityDescriptor descriptor) => descriptor with { IsTerminal = true };

    private static ActivityDescriptor WithBody(ActivityDescriptor descriptor) => descriptor with { EmbeddedPorts = ["Body"] };

    private static ActivityType Define(string name, string category, string description, Behavior behavior, params InputDescriptor[] inputs) => new(new()
    {
        Type = "Elsa." + name,
        DisplayName = ActivityDescriptor.InWords(name),
        Category = category,
        Description = description,
        Outcomes = ["Done"],
        Inputs = inputs,
        Outputs = [],
    }, behavior) { LazyInputs = [.. inputs.Where(input => !input.AutoEvaluate).Select(input => input.Name)] };

    private static ActivityType As(this ActivityType type, Func<ActivityDescriptor, ActivityDescriptor> change) => type with { Descriptor = change(type.Descriptor) };

    private static ActivityType Container(this ActivityType type, string port) => type.As(d => d with { IsContainer = true, IsHidden = true, EmbeddedPorts = [port] });

    private static ActivityType Gives(this ActivityType type, string output, string typeName, string description) =>
        type.As(d => d with { Outputs = [.. d.Outputs, new(output, typeName, description)] });

    private static InputDescriptor Input(string name, string type, string? hint = null, object? value = null, string description = "") =>
        new(name, type, hint ?? (type == "Boolean" ? "checkbox" : "singleline"), value, IsRequired: false, description, null);

    private static InputDescriptor Required(string name, string type, string? hint = null, string description = "") => Input(name, type, hint, null, description) with { IsRequired = true };

    private static InputDescriptor Choice(string name, string type, string value, params string[] options) =>
        new(name, type, "dropdown", value, IsRequired: false, "", options);
}
