using System.Globalization;
using PgWorkflows.Postgres.Events;

namespace PgWorkflows.Postgres.Tests.Events;

/// <summary>The catalogue is actions.md's tables, letter by letter; our own messages begin at 114001 and are held to docs/profiles.md.</summary>
public sealed class EventCatalogueTests
{
    private static IEnumerable<EventMessage> Documented => EventCatalogue.All.Where(message => message.Id < 114000);

    private static readonly string[] Specification = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "actions.md"));

    [Fact]
    public void Every_message_is_worded_as_in_the_specification()
    {
        var rows = Specification
            .Select(line => line.Split(" | "))
            .Where(cells => cells.Length == 3 && cells[0].StartsWith("| 113", StringComparison.Ordinal))
            .Select(cells => (Id: int.Parse(cells[0].AsSpan(2), CultureInfo.InvariantCulture), Severity: cells[1], Text: cells[2][..^2]))
            .ToList();

        Assert.Equal(21, rows.Count);
        Assert.Equal(rows, Documented.Select(message => (message.Id, message.Severity.ToString(), message.Template)));
    }

    [Fact]
    public void Return_values_are_those_of_the_specification()
    {
        var rows = Specification
            .SkipWhile(line => line != "## Results and return values")
            .Select(line => line.Trim('|', ' ').Split(" | "))
            .Where(cells => cells.Length == 3 && cells[2].StartsWith("113", StringComparison.Ordinal))
            .SelectMany(cells => cells[2].Split(", ").Select(id => (Id: int.Parse(id, CultureInfo.InvariantCulture), Value: int.Parse(cells[0], CultureInfo.InvariantCulture))))
            .Order()
            .ToList();

        Assert.Equal(9, rows.Count);
        Assert.Equal(rows, Documented.Where(m => m.ReturnValue is not null).Select(m => (m.Id, m.ReturnValue!.Value)));
    }

    /// <summary>Described in docs/protection.md.</summary>
    private const int Escalation = 114000;
    private const int Interruption = 114011;

    [Fact]
    public void Our_own_messages_are_those_of_the_guide_to_profiles()
    {
        var rows = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "profiles.md"))
            .Select(line => line.Trim('|', ' ').Split(" | "))
            .Where(cells => cells.Length == 4 && cells[0].StartsWith("114", StringComparison.Ordinal))
            .Select(cells => (Id: int.Parse(cells[0], CultureInfo.InvariantCulture), Severity: cells[1], Text: cells[2], Value: int.Parse(cells[3], CultureInfo.InvariantCulture)))
            .ToList();

        Assert.Equal(10, rows.Count);
        Assert.Equal(rows, EventCatalogue.All.Except(Documented).Where(message => message.Id is not (Escalation or Interruption)).Select(message => (message.Id, message.Severity.ToString(), message.Template, message.ReturnValue!.Value)));
    }

    [Fact]
    public void Nine_messages_frame_an_action() =>
        Assert.Equal(
            [113500, 113501, 113504, 113520, 113521, 113524, 113580, 113581, 113584],
            EventCatalogue.All.Where(message => message.FramesAnAction).Select(message => message.Id));

    [Fact]
    public void A_value_is_printed_in_its_brackets_and_is_not_looked_into()
    {
        var message = EventCatalogue.Find(113005)!;

        var text = EventText.Render(message, name => name switch
        {
            "resource" => "main [node]", "node" => "$1", "command" => "sc start [resource]", _ => throw new ArgumentException(name),
        });

        Assert.Equal(
            "Failed to start the PostgreSQL server for resource [main [node]] on server [$1]. The command [sc start [resource]] failed.", text);
    }

    [Fact]
    public void An_unknown_number_has_no_message() => Assert.Null(EventCatalogue.Find(113001));
}
