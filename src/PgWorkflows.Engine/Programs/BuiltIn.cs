using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Interpreting;
using PgWorkflows.Engine.Interpreting.Behaviors;

namespace PgWorkflows.Engine.Programs;

/// <summary>Elsa's own activities that the engine runs (elsa-contract 1.11).</summary>
internal static class BuiltIn
{
    public static readonly ActivityType[] All =
    [
        Define("Flowchart", "Flow", "Runs activities along their connections.", new Flowchart()),
        Define("Sequence", "Workflows", "Runs activities one after the other.", new Sequence()),
        Define("Parallel", "Workflows", "Runs activities at once and completes after the last.", new AllAtOnce(isFork: false)),
        Define("FlowNode", "Flow", "Holds one activity.", new Body()),
        Define("Start", "Flow", "Where a flowchart begins.", new PassThrough()),
        Define("End", "Flow", "Ends the flowchart.", new PassThrough()),
        Define("If", "Branching", "Runs one of two activities.", new If(), [Input("Condition", "Boolean", false)], outputs: [new("Result", "Boolean", "The condition.")]),
        Define("FlowDecision", "Branching", "Goes one of two ways.", new FlowDecision(), [Input("Condition", "Boolean")], ["True", "False"]),
        Define("Switch", "Branching", "Runs the activities of the cases that hold.", new Switch(), [Input("Cases", "Cases"), Input("Mode", "String", "MatchFirst", ["MatchFirst", "MatchAny"])]),
        Define("FlowSwitch", "Branching", "Goes the ways of the cases that hold.", new FlowSwitch(), [Input("Cases", "Cases"), Input("Mode", "String", "MatchFirst", ["MatchFirst", "MatchAny"])], ["Default"]),
        Define("FlowFork", "Branching", "Goes several ways at once.", new FlowFork(), [Input("Branches", "List<String>")]),
        Define("FlowJoin", "Branching", "Waits for one or all of the ways that lead to it.", new PassThrough(), [Input("Mode", "String", "WaitAny", ["WaitAll", "WaitAllActive", "WaitAny"])]),
        Define("Fork", "Control Flow", "Runs branches at once.", new AllAtOnce(isFork: true), [Input("JoinMode", "String", "WaitAll", ["WaitAll", "WaitAny"])]),
        Define("While", "Looping", "Repeats while a condition holds.", new While(), [Input("Condition", "Boolean", false)]) with { LazyInputs = ["Condition"] },
        Define("For", "Looping", "Repeats for a range of numbers.", new For(),
            [Input("Start", "Int32", 0L), Input("End", "Int32", 0L), Input("Step", "Int32", 1L), Input("OuterBoundInclusive", "Boolean", true)],
            outputs: [new("CurrentValue", "Object", "The number of this round.")]),
        Define("ForEach", "Looping", "Repeats for each item.", new ForEach(), [Input("Items", "List<Object>")], outputs: [new("CurrentValue", "Object", "The item of this round.")]),
        Define("ParallelForEach", "Looping", "Runs for all items at once.", new ParallelForEach(), [Input("Items", "Object")]),
        Define("Break", "Looping", "Ends the nearest loop.", new Break()),
        Define("SetVariable", "Primitives", "Sets a variable.", new SetVariable(), [Input("Variable", "Variable"), Input("Value", "Object")]),
        Define("SetName", "Primitives", "Names the run.", new SetName(), [Input("Value", "String")]),
        Define("Correlate", "Primitives", "Gives the run a correlation id.", new Correlate(), [Input("CorrelationId", "String")]),
        Define("SetOutput", "Composition", "Sets an output of the workflow.", new SetOutput(), [Input("OutputName", "String"), Input("OutputValue", "Object")]),
        Define("Complete", "Composition", "Completes the workflow with outcomes.", new Complete(), [Input("Outcomes", "Object")]),
        Define("Finish", "Primitives", "Ends the workflow now.", new Finish()),
        Define("Fault", "Primitives", "Fails on purpose.", new Fault(),
            [Input("Code", "String"), Input("Category", "String"), Input("FaultType", "String"), Input("Message", "String")]),
        Define("WriteLine", "Console", "Writes a line of text.", new WriteLine(), [Input("Text", "String")]),
        Define("RunJavaScript", "Scripting", "Runs a script.", new RunJavaScript(), [Input("Script", "String"), Input("PossibleOutcomes", "List<String>")],
            outputs: [new("Result", "Object", "The script's value.")]),
        Define("Event", "Primitives", "Waits for an event.", new Event(), [Input("EventName", "String")], outputs: [new("Result", "Object", "What came with the event.")]),
        Define("PublishEvent", "Primitives", "Tells everybody that something happened.", new PublishEvent(),
            [Input("EventName", "String"), Input("CorrelationId", "String"), Input("IsLocalEvent", "Boolean"), Input("Payload", "Object")]),
        Define("RunTask", "Primitives", "Asks somebody outside to do something and waits until it is done.", new RunTask(),
            [Input("TaskName", "String"), Input("Payload", "ObjectDictionary")], outputs: [new("Result", "Object", "What was reported.")]),
        Define("Delay", "Scheduling", "Waits for a span of time; the run is stored meanwhile.", new Delay(), [Input("TimeSpan", "TimeSpan", TimeSpan.FromMinutes(1))]),
        Define("StartAt", "Scheduling", "Waits for a moment.", new StartAt(), [Input("DateTime", "DateTimeOffset")]),
        Define("Timer", "Scheduling", "Starts runs at an interval; in the middle of a run a delay.", new Interpreting.Behaviors.Timer(), [Input("Interval", "TimeSpan", TimeSpan.FromMinutes(1))]),
        Define("Cron", "Scheduling", "Starts runs by a calendar.", new Cron(), [Input("CronExpression", "String")]),
    ];

    private static ActivityType Define(
        string name, string category, string description, Behavior behavior,
        InputDescriptor[]? inputs = null, string[]? outcomes = null, OutputDescriptor[]? outputs = null) =>
        new(new()
        {
            Type = "Elsa." + name,
            DisplayName = ActivityDescriptor.InWords(name),
            Category = category,
            Description = description,
            Outcomes = outcomes ?? ["Done"],
            Inputs = inputs ?? [],
            Outputs = outputs ?? [],
        }, behavior);

    private static InputDescriptor Input(string name, string type, object? value = null, string[]? options = null) =>
        new(name, type, options is null ? type == "Boolean" ? "checkbox" : "singleline" : "dropdown", value, IsRequired: false, "", options);
}
