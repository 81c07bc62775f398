using System.Text.Json;
using System.Text.Json.Nodes;

namespace PgWorkflows.Server.Tests;

/// <summary>
/// Exchanges recorded from a real Elsa server are played again: every member that Elsa wrote is there, with the same kind of value.
/// What may differ is listed with its reason.
/// </summary>
public sealed class ShapeTests
{
    /// <summary>In the order of the recording; later ones need what earlier ones have stored.</summary>
    private static readonly string[] Exchanges =
    [
        "definitions-save-draft-new", "definitions-save-draft-again", "definitions-get-by-definition-id-latest", "definitions-get-short-route",
        "definitions-save-and-publish", "definitions-save-and-publish-faulty", "definitions-save-not-found-activity", "definitions-get-not-found-activity",
        "definitions-list-search", "definitions-list-all-versions", "definitions-count", "definitions-is-name-unique-true", "definitions-is-name-unique-false",
        "definitions-import", "definitions-retract", "definitions-retract-again", "definitions-update-references",
        "descriptors-activities-writeline", "descriptors-activities-unknown", "descriptors-expression-descriptors", "descriptors-storage-drivers", "descriptors-variables",
        "descriptors-incident-strategies", "descriptors-workflow-activation-strategies", "descriptors-log-persistence-strategies",
        "descriptors-commit-strategies-workflows", "descriptors-commit-strategies-activities", "features-installed", "features-installed-unknown",
        "execute-finished", "execute-finished-empty-body", "execute-unpublished", "execute-unknown", "dispatch", "dispatch-unknown", "bulk-dispatch",
        "instances-list", "instances-list-get", "definitions-bulk-publish", "definitions-bulk-retract", "definitions-bulk-delete", "definitions-delete", "definitions-delete-unknown",
        "error-400-malformed-json", "error-400-empty-body", "error-400-wrong-type", "error-400-bad-order", "error-415-text-body", "error-405-method",
        "missing-definition", "missing-definition-by-id", "missing-instance", "missing-instance-execution-state", "missing-instance-journal", "missing-instance-variables",
        "missing-publish", "missing-retract", "missing-export", "missing-revert", "missing-activity-execution", "missing-route", "missing-cancel",
    ];

    /// <summary>Members that Elsa writes and we do not, or differently, on purpose.</summary>
    private static readonly string[] Ours =
    [
        "customProperties.Type", // The .NET type behind a descriptor.
        "errors", // Which field an unreadable body is told under.
        "toolVersion",
    ];

    [Fact]
    public async Task Answers_have_the_shape_of_the_real_server()
    {
        await using var api = await Api.StartAsync();
        var differences = new List<string>();
        foreach (var name in Exchanges)
        {
            var exchange = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "elsa-api-3.5.3", $"{name}.json"), TestContext.Current.CancellationToken))!;
            var (request, response) = (exchange["request"]!, exchange["response"]!);
            var body = request["body"] switch
            {
                null => null,
                JsonValue text when text.GetValueKind() == JsonValueKind.String => (string)text!,
                var json => json.ToJsonString(),
            };
            var answer = await api.SendAsync(new HttpMethod((string)request["verb"]!), (string)request["route"]!, body, (string?)request["contentType"] ?? "application/json");
            if ((int)answer.Status != (int)response["status"]!)
                differences.Add($"{name}: status {(int)answer.Status} instead of {response["status"]}: {answer.Body}");
            else if (response["body"] is { } expected and not JsonValue)
                Compare(name, expected, answer.Json, differences);
        }

        Assert.Empty(differences);
    }

    private static void Compare(string path, JsonNode expected, JsonNode? actual, List<string> differences)
    {
        if (Ours.Any(ours => path.EndsWith(ours, StringComparison.Ordinal)))
            return;
        if (actual is null || Kind(expected) != Kind(actual))
        {
            differences.Add($"{path}: {actual?.ToJsonString() ?? "missing"} instead of {expected.ToJsonString()}");
            return;
        }

        if (expected is JsonObject members)
        {
            foreach (var (name, value) in members.Where(member => member.Value is not null))
                Compare($"{path}.{name}", value!, actual[name], differences);
        }
        else if (expected is JsonArray { Count: > 0 } list && list[0] is { } first && ((JsonArray)actual).Count > 0)
        {
            Compare($"{path}[]", first, ((JsonArray)actual)[0], differences);
        }
    }

    private static JsonValueKind Kind(JsonNode node) => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? JsonValueKind.True : node.GetValueKind();
}
