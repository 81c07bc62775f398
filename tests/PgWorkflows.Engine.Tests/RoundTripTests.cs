using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>Reading a definition and writing it again loses nothing, also nothing that is not known here.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> Cases => [.. FixtureFiles.Names];

    [Theory, MemberData(nameof(Cases))]
    public void Recorded_definitions_survive(string name) => Assert.All(FixtureFiles.Read(name).Definitions, definition => Survives(definition.GetRawText()));

    [Fact]
    public void What_is_not_known_survives() => Survives("""
        {
          "$schema": "https://elsaworkflows.io/schemas/workflow-definition/v3.0.0/schema.json", "id": "x", "definitionId": "x", "name": "Ωmega ✓", "version": 7,
          "futureMember": { "deep": [1, 2.50, 1e3, null, true, "\u0001\"\\ <script>"] }, "customProperties": { "Own": { "A": [] } },
          "variables": [{ "id": "v", "name": "V", "typeName": "Acme.Invoice, Acme", "isArray": false, "value": "{\"a\":1}", "extra": 1 }],
          "root": { "id": "fc", "nodeId": "Workflow1:fc", "type": "Elsa.Flowchart", "version": 1, "strange": "yes",
            "activities": [
              { "id": "a", "type": "Acme.Launch", "version": 3, "target": { "typeName": null, "expression": { "type": "Lua", "value": "return 1" }, "memoryReference": null },
                "metadata": { "displayText": "Launch", "designer": { "position": { "x": -12.75, "y": 0 }, "size": { "width": 180, "height": 54 } } } },
              { "id": "b", "type": "Elsa.NotFoundActivity", "version": 1, "missingTypeName": "Acme.Gone", "originalActivityJson": "{\"id\":\"b\",\"type\":\"Acme.Gone\"}" }
            ],
            "connections": [{ "source": { "activity": "a", "port": "Done" }, "target": { "activity": "b", "port": "In" }, "vertices": [{ "x": 1.5, "y": 2 }] }] }
        }
        """);

    private static void Survives(string json)
    {
        var (definition, findings) = DefinitionReader.Read(Encoding.UTF8.GetBytes(json));
        Assert.True(definition is not null, string.Join('\n', findings));

        var written = definition.ToJson();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(written)), written);
        var (again, _) = DefinitionReader.Read(Encoding.UTF8.GetBytes(written));
        Assert.Equal(definition.Hash, again!.Hash); // Blanks do not count.
    }
}
