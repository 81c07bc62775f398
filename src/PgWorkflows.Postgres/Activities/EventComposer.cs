using System.Globalization;
using PgWorkflows.Engine.Values;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Events;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>The values that a message may need besides the resource; each is an input of the activity that logs it.</summary>
internal sealed record EventValues
{
    public CommandEvidence? Evidence { get; init; }

    public CommandEvidence? Earlier { get; init; }

    public int? ActualPort { get; init; }

    public int? ReturnValue { get; init; }
}

/// <summary>Makes an event of a message number, a resource and what the workflow handed in.</summary>
internal sealed class EventComposer(string node)
{
    private const int NoConnection = 113000;
    private const int StartRefused = 113005;
    private const int StopRefused = 113007;

    public EventLogged Compose(int number, Resource resource, EventValues values)
    {
        var message = Find(number);
        return new(message.Id, message.Severity, EventText.Render(message, name => Value(name, message, resource, values)) + Reason(message, values), resource.Name);
    }

    /// <summary>The service manager's own number and name stand after the catalogue's sentence, which stays whole for those who match on it.</summary>
    private static string Reason(EventMessage message, EventValues values) =>
        message.Id is StartRefused or StopRefused && values.Evidence?.Reason is { } reason ? $" ({reason})" : "";

    public static EventMessage Find(int number) => EventCatalogue.Find(number)
        ?? throw new InputException("Message", $"is {number}, which is not in the catalogue; the numbers are {EventCatalogue.All[0].Id} to {EventCatalogue.All[^1].Id}");

    private string Value(string placeholder, EventMessage message, Resource resource, EventValues values) => placeholder switch
    {
        "resource" => resource.Name,
        "service" => resource.Service,
        "node" => node,
        "expected port" => Text(resource.Port),
        "command" => Given(values.Evidence, "Evidence", message).Command,
        "exit code" => Given(values.Evidence, "Evidence", message).ExitCode is { } code ? Text(code) : "none",
        "output" when message.Id == NoConnection =>
            $"(5) {Given(values.Earlier, "Earlier", message).Output}; (6) {Given(values.Evidence, "Evidence", message).Output}",
        "output" => Given(values.Evidence, "Evidence", message).Output,
        "actual port" => Text(Given(values.ActualPort, "ActualPort", message)),
        "return value" => Text(Given(values.ReturnValue, "ReturnValue", message)),
        _ => throw new InvalidOperationException($"Message {message.Id} has the placeholder [{placeholder}], for which there is no value."),
    };

    // An event with empty brackets would look like an answer.
    private static T Given<T>(T? value, string input, EventMessage message)
        where T : class => value ?? throw Missing(input, message);

    private static int Given(int? value, string input, EventMessage message) => value ?? throw Missing(input, message);

    private static InputException Missing(string input, EventMessage message) =>
        new(input, $"has no value, but message {message.Id} prints it; connect it to an output of an earlier step");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
