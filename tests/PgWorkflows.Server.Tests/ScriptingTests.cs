using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PgWorkflows.Server.Tests;

/// <summary>What Studio's script editor completes by.</summary>
public sealed partial class ScriptingTests
{
    /// <summary>A script in a loop, in a workflow with variables, an input, a named activity with an output, and a workflow used as an activity.</summary>
    private static JsonObject Model() => (JsonObject)JsonNode.Parse(
        """
        { "name": "Names", "definitionId": "names",
          "variables": [
            { "id": "v1", "name": "seen", "typeName": "Object", "storageDriverTypeName": "WorkflowInstanceStorageDriver" },
            { "id": "v2", "name": "Count", "typeName": "Int32", "value": "1" },
            { "id": "v3", "name": "Hosts", "typeName": "String", "isArray": true } ],
          "inputs": [ { "name": "Greeting", "type": "String" } ],
          "root": { "id": "flow", "type": "Elsa.Flowchart", "version": 1,
            "activities": [
              { "id": "inner", "type": "Answers", "version": 1, "name": "inner", "workflowDefinitionId": "answers" },
              { "id": "each", "type": "Elsa.ForEach", "version": 1, "name": "each",
                "items": { "typeName": "Object", "expression": { "type": "Object", "value": "[1]" } },
                "body": { "id": "look", "type": "Elsa.RunJavaScript", "version": 1, "name": "look",
                  "script": { "typeName": "String", "expression": { "type": "Literal", "value": "setVariable('seen', Object.getOwnPropertyNames(typeof globalThis === 'undefined' ? this : globalThis).filter(function (name) { return /^(get|set)/.test(name); }))" } } } } ],
            "connections": [ { "source": { "activity": "inner", "port": "Done" }, "target": { "activity": "each", "port": "In" } } ] } }
        """)!;

    [Fact]
    public async Task The_declarations_of_a_definition_are_the_names_that_its_scripts_have()
    {
        await using var api = await Api.StartAsync();
        await api.SaveAsync((JsonObject)JsonNode.Parse(
            """
            { "name": "Answers", "definitionId": "answers", "options": { "usableAsActivity": true }, "outputs": [ { "name": "Answer", "type": "Int32" } ],
              "root": { "id": "one", "type": "Elsa.WriteLine", "version": 1, "text": { "typeName": "String", "expression": { "type": "Literal", "value": "one" } } } }
            """)!, publish: true);
        await api.SaveAsync(Model(), publish: true);

        var answer = await api.PostAsync("scripting/javascript/type-definitions/names", new { workflowDefinitionId = "names", activityTypeName = "Elsa.RunJavaScript", propertyName = "Script" });
        var run = await api.PostAsync("workflow-definitions/names/execute", new { input = new { Greeting = "hello" } });

        Assert.Equal((HttpStatusCode.OK, "application/x-typescript"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal("Finished", (string?)run.Json["workflowState"]!["subStatus"]);
        var seen = (await api.GetAsync($"workflow-instances/{run.Json["workflowState"]!["id"]}/variables")).Json["items"]!.AsArray().Single(item => (string?)item!["name"] == "seen")!["value"]!;
        Assert.Equal(
            seen.AsArray().Select(name => (string)name!).Order(StringComparer.Ordinal),
            Function().Matches(answer.Body).Select(match => match.Groups[1].Value).Where(name => name.StartsWith("get", StringComparison.Ordinal) || name.StartsWith("set", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(
            [
                "declare function getCount(): number;", "declare function setHosts(value: string[]): void;", "declare function getGreeting(): string;", "declare function getCurrentIndex(): number;",
                "declare function getAnswerFromInner(): number;", "declare function getResultFromLook(): any;", "  Count: number;", "declare function toJson(value: any): string;",
            ],
            line => Assert.Contains(line + "\n", answer.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_draft_that_uses_itself_has_declarations_as_well()
    {
        await using var api = await Api.StartAsync();
        await api.SaveAsync((JsonObject)JsonNode.Parse(
            """
            { "name": "Circle", "definitionId": "circle", "options": { "usableAsActivity": true }, "variables": [ { "id": "v", "name": "Round", "typeName": "Int32" } ],
              "root": { "id": "again", "type": "Circle", "version": 1, "workflowDefinitionId": "circle" } }
            """)!);

        var answer = await api.PostAsync("scripting/javascript/type-definitions/circle");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("declare function getRound(): number;", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shipped_definition_has_declarations_as_well()
    {
        await using var api = await Api.StartAsync();

        var answer = await api.PostAsync("scripting/javascript/type-definitions/protect");

        Assert.Contains("declare function getFailure(): any;", answer.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await api.PostAsync("scripting/javascript/type-definitions/nobody")).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await api.SendAsync(HttpMethod.Post, "scripting/javascript/type-definitions/protect", "{}", "text/plain")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge,
            (await api.PostAsync("scripting/javascript/type-definitions/protect", new { activityTypeName = new string('x', 20_000) })).Status);
    }

    [GeneratedRegex("""^declare function (\w+)""", RegexOptions.Multiline)]
    private static partial Regex Function();
}
