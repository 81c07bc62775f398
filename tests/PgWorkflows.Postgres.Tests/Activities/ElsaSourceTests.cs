using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PgWorkflows.Postgres.Tests.Activities;

/// <summary>
/// The activity classes of src/PgWorkflows.Elsa say what the snapshot says. Elsa's packages are not at hand in every build, so the sources are
/// read, in the narrow form that these small classes have; a line that is not understood is an error.
/// </summary>
public sealed partial class ElsaSourceTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "elsa-activities");

    public static TheoryData<string> Types => [.. Snapshot().Select(one => one.GetProperty("Type").GetString()!)];

    [Theory, MemberData(nameof(Types))]
    public void The_class_says_what_the_snapshot_says(string type)
    {
        var file = Path.Combine(Folder, type["PgWorkflows.".Length..] + ".cs");
        Assert.True(File.Exists(file), $"{type} has no class in src/PgWorkflows.Elsa/Activities");

        Assert.Equal(Expected(Snapshot().Single(one => one.GetProperty("Type").GetString() == type)), Read(File.ReadAllLines(file)));
    }

    [Fact]
    public void There_is_no_class_that_the_snapshot_does_not_know() =>
        Assert.Equal(
            Snapshot().Select(one => one.GetProperty("Type").GetString()!["PgWorkflows.".Length..]).Append("PostgresActivity").Order(),
            Directory.GetFiles(Folder, "*.cs").Select(Path.GetFileNameWithoutExtension).Order());

    private static IReadOnlyList<JsonElement> Snapshot() =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Activities", "descriptors.json"))).RootElement.EnumerateArray()];

    private static List<string> Expected(JsonElement descriptor)
    {
        var lines = new List<string> { $"{Text(descriptor, "Type")} ({Text(descriptor, "Category")}, {Text(descriptor, "DisplayName")}): {Text(descriptor, "Description")}" };
        var outcomes = descriptor.GetProperty("Outcomes").EnumerateArray().Select(one => one.GetString()).ToList();
        if (outcomes is not ["Done"])
            lines.Add($"outcomes {string.Join(", ", outcomes)}");
        lines.Add(descriptor.GetProperty("IsTerminal").GetBoolean() ? "terminal" : "goes on");
        foreach (var input in descriptor.GetProperty("Inputs").EnumerateArray())
        {
            var options = input.GetProperty("Options") is { ValueKind: JsonValueKind.Array } given ? string.Join(", ", given.EnumerateArray().Select(one => one.GetString())) : "";
            var nullable = !input.GetProperty("IsRequired").GetBoolean() && input.GetProperty("DefaultValue").ValueKind == JsonValueKind.Null;
            lines.Add(Line("in", input, $"{Text(input, "UIHint")} [{options}] '{input.GetProperty("DefaultValue")}' {(nullable ? "optional" : "given")} "));
        }

        lines.AddRange(descriptor.GetProperty("Outputs").EnumerateArray().Select(output => Line("out", output, "")));
        return lines;
    }

    private static string Line(string kind, JsonElement member, string more) =>
        $"{kind} {Text(member, "Name")}: {Text(member, "TypeName")} {more}{Text(member, "Description")}";

    private static List<string> Read(IReadOnlyList<string> source)
    {
        var (lines, activity, attribute) = (new List<string>(), (Match?)null, (string?)null);
        foreach (var line in source.Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("///", StringComparison.Ordinal) && !line.StartsWith("using ", StringComparison.Ordinal)))
        {
            if (line is "{" or "}" or "namespace PgWorkflows.Elsa.Activities;")
                continue;
            if (ActivityLine().Match(line) is { Success: true } head)
                activity = head;
            else if (FlowNodeLine().Match(line) is { Success: true } ports)
                lines.Add($"outcomes {string.Join(", ", Strings(ports.Groups[1].Value))}");
            else if (ClassLine().Match(line) is { Success: true } declared)
            {
                var (category, description, display) = (activity!.Groups[1].Value, Unescaped(activity.Groups[2].Value), Unescaped(activity.Groups[3].Value));
                lines.Insert(0, $"PgWorkflows.{declared.Groups[1].Value} ({category}, {display}): {description}");
                lines.Add(declared.Groups[2].Success ? "terminal" : "goes on");
            }
            else if (line.StartsWith("[Input(", StringComparison.Ordinal) || line.StartsWith("[Output(", StringComparison.Ordinal))
                attribute = line;
            else if (InputLine().Match(line) is { Success: true } input && InputAttributeLine().Match(attribute ?? "") is { Success: true } about)
            {
                var hint = about.Groups["hint"] is { Success: true } given ? given.Value : "singleline";
                lines.Add($"in {input.Groups["name"].Value}: {Alias(input.Groups["type"].Value)} {hint} [{string.Join(", ", Strings(about.Groups["options"].Value))}] "
                    + $"'{about.Groups["default"].Value}' {(input.Groups["null"].Success ? "optional" : "given")} {Unescaped(about.Groups["text"].Value)}");
                Assert.Equal(about.Groups["default"].Value, input.Groups["default"].Value);
            }
            else if (OutputLine().Match(line) is { Success: true } output && OutputAttributeLine().Match(attribute ?? "") is { Success: true } told)
                lines.Add($"out {output.Groups[2].Value}: {Alias(output.Groups[1].Value)} {Unescaped(told.Groups[1].Value)}");
            else
                Assert.Fail($"Not understood: {line}");
        }

        return lines;
    }

    private static string Alias(string type) => type switch
    {
        "string" => "String",
        "int" => "Int32",
        "object" => "Object",
        "TimeSpan" => "TimeSpan",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Say how Elsa names it."),
    };

    private static IEnumerable<string> Strings(string list) => StringLiteral().Matches(list).Select(match => Unescaped(match.Groups[1].Value));

    private static string Unescaped(string literal) => literal.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    private static string? Text(JsonElement element, string name) => Convert.ToString(element.GetProperty(name), CultureInfo.InvariantCulture);

    [GeneratedRegex("""^\[Activity\("PgWorkflows", "([^"]*)", "((?:[^"\\]|\\.)*)", DisplayName = "([^"]*)"\)\]$""")]
    private static partial Regex ActivityLine();

    [GeneratedRegex("""^\[FlowNode\((.*)\)\]$""")]
    private static partial Regex FlowNodeLine();

    [GeneratedRegex("""^public sealed class (\w+) : PostgresActivity(, ITerminalNode)?$""")]
    private static partial Regex ClassLine();

    [GeneratedRegex("""^\[Input\(Description = "(?<text>(?:[^"\\]|\\.)*)"(, UIHint = "(?<hint>\w+)")?(, Options = new\[\] \{ (?<options>[^}]*) \})?(, DefaultValue = "?(?<default>\w+)"?)?\)\]$""")]
    private static partial Regex InputAttributeLine();

    [GeneratedRegex("""^public Input<(?<type>\w+)(?<null>\?)?> (?<name>\w+) \{ get; set; \} = (null!|new\("?(?<default>\w+)"?\));$""")]
    private static partial Regex InputLine();

    [GeneratedRegex("""^\[Output\(Description = "((?:[^"\\]|\\.)*)"\)\]$""")]
    private static partial Regex OutputAttributeLine();

    [GeneratedRegex("""^public Output<(\w+)>\? (\w+) \{ get; set; \}$""")]
    private static partial Regex OutputLine();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex StringLiteral();
}
