using System.Text.Json;
using System.Text.RegularExpressions;
using PgWorkflows.Engine.Definitions;
using Xunit;

namespace PgWorkflows.Runtime.Tests;

/// <summary>The shipped definitions as drawings: numbered, readable, nothing on top of anything else.</summary>
public sealed partial class ShippedDefinitionTests
{
    public static TheoryData<string> Names => [.. ShippedDefinitions.Read().Select(definition => definition.DefinitionId)];

    private static IReadOnlyList<ActivityNode> ActivitiesOf(string name) =>
        [.. ShippedDefinitions.Read().Single(definition => definition.DefinitionId == name).Root!.Children.Select(child => child.Activity)];

    [Theory, MemberData(nameof(Names))]
    public void Every_node_has_its_step_number_or_is_an_end(string name) =>
        Assert.All(ActivitiesOf(name), activity => Assert.Matches(Numbered(), activity.Label));

    [Theory, MemberData(nameof(Names))]
    public void No_node_lies_on_another_one(string name)
    {
        var boxes = ActivitiesOf(name).Select(activity => (activity.Label, Box: BoxOf(activity.Json))).ToList();

        foreach (var (one, other) in boxes.SelectMany((one, index) => boxes.Skip(index + 1).Select(other => (one, other))))
        {
            var apart = one.Box.Right + 20 <= other.Box.Left || other.Box.Right + 20 <= one.Box.Left || one.Box.Bottom + 20 <= other.Box.Top || other.Box.Bottom + 20 <= one.Box.Top;
            Assert.True(apart, $"'{one.Label}' and '{other.Label}' are too close");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void The_main_line_is_straight_and_goes_from_left_to_right(string name)
    {
        // The first node's row holds the main line: steps in their order.
        var activities = ActivitiesOf(name);
        var row = MiddleOf(activities[0].Json);
        var line = activities.Where(activity => MiddleOf(activity.Json) == row).OrderBy(activity => BoxOf(activity.Json).Left).Select(activity => activity.Label).ToList();

        var numbers = line.Select(label => Number().Match(label)).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.True(numbers.Count >= 2, string.Join(", ", line));
        Assert.Equal(numbers.Order(), numbers);
    }

    [Theory, MemberData(nameof(Names))]
    public void Waiting_is_a_real_delay_and_nothing_judges_in_an_expression(string name)
    {
        Assert.All(ActivitiesOf(name), activity => Assert.DoesNotContain(activity.Type, Judges));
        if (ResourceAction.OfDefinition(name) is not null)
            Assert.All(ActivitiesOf(name), activity => Assert.DoesNotContain("JavaScript", activity.Json.GetRawText()));
        Assert.All(ActivitiesOf(name).Where(activity => activity.Label.Contains("wait", StringComparison.Ordinal)), activity => Assert.Equal("Elsa.Delay", activity.Type));
    }

    private static readonly string[] Judges = ["Elsa.FlowDecision", "Elsa.FlowSwitch", "Elsa.If", "Elsa.Switch", "Elsa.RunJavaScript"];

    private static double MiddleOf(JsonElement activity) => (BoxOf(activity).Top + BoxOf(activity).Bottom) / 2;

    private static (double Left, double Top, double Right, double Bottom) BoxOf(JsonElement activity)
    {
        var designer = activity.GetProperty("metadata").GetProperty("designer");
        var (position, size) = (designer.GetProperty("position"), designer.GetProperty("size"));
        var (x, y) = (position.GetProperty("x").GetDouble(), position.GetProperty("y").GetDouble());
        return (x, y, x + size.GetProperty("width").GetDouble(), y + size.GetProperty("height").GetDouble());
    }

    [GeneratedRegex(@"^(\((\d|A|B|\d\)–\(\d)\) \S|END (succeeded|failed)$)")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^\((\d)\)")]
    private static partial Regex Number();
}
