using System.Text.Json;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Interpreting.Behaviors;

namespace PgWorkflows.Engine.Programs;

// What sets, tells, waits and ends.
internal static partial class BuiltIn
{
    private static ActivityType[] Primitives =>
    [
        Define("SetVariable", "Primitives", "Sets a variable.", new SetVariable(),
            Required("Variable", "Variable", "variable-picker") with { IsWrapped = false }, Input("Value", "Object")),
        Define("SetName", "Primitives", "Names the run.", new SetName(), Input("Value", "String")),
        Define("Correlate", "Primitives", "Gives the run a correlation id.", new Correlate(), Input("CorrelationId", "String")),
        Define("SetOutput", "Composition", "Sets an output of the workflow.", new SetOutput(), Required("OutputName", "String", "output-picker"), Input("OutputValue", "Object")),
        Define("Complete", "Composition", "Completes the workflow with outcomes.", new Complete(),
        Input("Outcomes", "Object", "outcome-picker")).As(Terminal),
        Define("Finish", "Primitives", "Ends the workflow now.", new Finish()).As(Terminal),
        Define("Fault", "Primitives", "Fails on purpose.", new Fault(),
            Input("Code", "String"), Input("Category", "String"), Input("FaultType", "String"), Input("Message", "String")),
        Define("WriteLine", "Console", "Writes a line of text.", new WriteLine(), Input("Text", "String")),
        Define("RunJavaScript", "Scripting", "Runs a script.", new RunJavaScript(),
            Required("Script", "String", "code-editor") with { DefaultSyntax = "JavaScript" }, Input("PossibleOutcomes", "List<String>", "dynamic-outcomes"))
            .As(d => d with { OutcomesFrom = "PossibleOutcomes" }).Gives("Result", "Object", "The script's value."),
        Define("PublishEvent", "Primitives", "Tells everybody that something happened.", new PublishEvent(),
            Required("EventName", "String"), Input("CorrelationId", "String"), Input("IsLocalEvent", "Boolean"),
            Input("Payload", "Object")),
        Define("RunTask", "Primitives", "Asks somebody outside to do something and waits until it is done.", new RunTask(),
            Required("TaskName", "String"),
            Input("Payload", "ObjectDictionary", "dictionary")).Gives("Result", "Object", "What was reported."),
    ];

    private static ActivityType[] Waits =>
    [
        Define("Event", "Primitives", "Waits for an event.", new Event(), Required("EventName", "String")).As(Trigger)
        .Gives("Result", "Object", "What came with the event."),
        Define("Delay", "Scheduling", "Waits for a span of time; the run is stored meanwhile.", new Delay(),
        Input("TimeSpan", "TimeSpan", value: TimeSpan.FromMinutes(1))),
        Define("StartAt", "Scheduling", "Waits for a moment.", new StartAt(), Required("DateTime", "DateTimeOffset")).As(Trigger),
        Define("Timer", "Scheduling", "Starts runs at an interval; in the middle of a run a delay.", new Interpreting.Behaviors.Timer(),
            Input("Interval", "TimeSpan", value: TimeSpan.FromMinutes(1))).As(Trigger),
        Define("Cron", "Scheduling", "Starts runs by a calendar, in UTC.", new Cron(),
            Required("CronExpression", "String", description: "Second, minute, hour, day, month, weekday.")).As(Trigger),
        Define("HttpEndpoint", "HTTP", "Waits for an HTTP request.", new HttpEndpoint(),
            Required("Path", "String"),
            Input("SupportedMethods", "List<String>", "checklist", JsonSerializer.SerializeToElement(Get)) with { DefaultSyntax = "Object", Options = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] },
            Input("Authorize", "Boolean"), Input("Policy", "String"), Input("RequestTimeout", "TimeSpan"),
            Input("RequestSizeLimit", "Int64"), Input("FileSizeLimit", "Int64"),
            Input("AllowedFileExtensions", "List<String>", "multi-text"),
            Input("BlockedFileExtensions", "List<String>", "multi-text"), Input("AllowedMimeTypes", "List<String>", "multi-text"),
            Bare("ExposeRequestTooLargeOutcome"), Bare("ExposeFileTooLargeOutcome"), Bare("ExposeInvalidFileExtensionOutcome"),
            Bare("ExposeInvalidFileMimeTypeOutcome"))
            .As(Trigger).As(d => d with { DisplayName = "HTTP endpoint" })
            .Gives("Result", "Object", "The request.").Gives("ParsedContent", "Object", "The request's body, as an object when it is JSON.")
            .Gives("Files", "Object", "The files that came.").Gives("File", "Object", "The first file that came.")
            .Gives("RouteData", "ObjectDictionary", "Parts of the path by name.")
            .Gives("QueryStringData", "ObjectDictionary", "The query.").Gives("Headers", "ObjectDictionary", "The headers."),
    ];

    private static readonly string[] Get = ["GET"];

    private static InputDescriptor Bare(string name) => Input(name, "Boolean", value: false) with { IsWrapped = false };

    private static ActivityDescriptor Trigger(ActivityDescriptor descriptor) => descriptor with { Kind = ActivityKind.Trigger };
}
