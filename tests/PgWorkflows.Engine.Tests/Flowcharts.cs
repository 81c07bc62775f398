using System.Text.RegularExpressions;

namespace PgWorkflows.Engine.Tests;

/// <summary>Draws flowcharts in a line: a('id','type',`members`) for activities, c('from','port','to') for connections.</summary>
internal static partial class Flowcharts
{
    /// <summary>A definition d whose flowchart begins with the WriteLine w.</summary>
    public static string Draw(string activities, string connections) => $$"""
        { "definitionId": "d", "name": "d", "root": { "id": "fc", "type": "Elsa.Flowchart", "start": "w",
          "activities": [{{string.Join(", ", Activities(activities).Prepend("""{ "id": "w", "type": "Elsa.WriteLine" }"""))}}],
          "connections": [{{string.Join(", ", Connections(connections))}}] } }
        """;

    private static IEnumerable<string> Activities(string text) => Activity().Matches(text).Select(match =>
        $$"""{ "id": "{{match.Groups[1]}}", "type": "{{match.Groups[2]}}"{{(match.Groups[3].Success ? ", " + match.Groups[3].Value.Replace('\'', '"') : "")}} }""");

    private static IEnumerable<string> Connections(string text) => Connection().Matches(text).Select(match =>
        $$"""{ "source": { "activity": "{{match.Groups[1]}}", "port": "{{match.Groups[2]}}" }, "target": { "activity": "{{match.Groups[3]}}", "port": "In" } }""");

    [GeneratedRegex(@"a\('([^']*)','([^']*)'(?:,`([^`]*)`)?\)")]
    private static partial Regex Activity();

    [GeneratedRegex(@"c\('([^']*)','([^']*)','([^']*)'\)")]
    private static partial Regex Connection();
}
