using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Validation;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>Definitions spoiled by chance, always by the same chance: they are refused with findings or read, and nothing throws.</summary>
public sealed class FuzzTests
{
    // At a desk: PGW_FUZZ_SECONDS=600 goes on for ten minutes.
    private static readonly int? Seconds = int.TryParse(Environment.GetEnvironmentVariable("PGW_FUZZ_SECONDS"), out var seconds) ? seconds : null;
    private static readonly int Rounds = Seconds is null ? 3_000 : int.MaxValue;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(Seconds ?? 20);
    private static readonly string[] Strange = ["null", "true", "-1", "1e308", "\"\"", "\"\\u0000\"", "[]", "{}", "[[]]", "{\"id\":\"x\"}", "\"Elsa.Flowchart\"", "\"Elsa.While\"", "99999999999999999999", "{\"$values\":[1]}"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Spoiled_definitions_never_make_an_exception(int seed)
    {
        var random = new Random(seed);
        var texts = FixtureFiles.Names.SelectMany(name => FixtureFiles.Read(name).Definitions).Select(json => json.GetRawText())
            .Concat(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "workflows")).Order(StringComparer.Ordinal).Select(File.ReadAllText)).ToArray();
        var library = FixtureFiles.Library();
        var clock = Stopwatch.StartNew();
        var read = 0;

        for (var round = 0; round < Rounds && clock.Elapsed < Limit; round++)
        {
            var spoiled = Spoil(texts[random.Next(texts.Length)], random);
            var failure = Record.Exception(() =>
            {
                var (definition, findings) = DefinitionReader.Read(spoiled);
                Assert.True(definition is not null || findings.Count > 0);
                if (definition is null)
                    return;
                read++;
                Prepare(definition, library);
                new DefinitionValidator(library, _ => definition, _ => definition).Validate(definition);
            });
            Assert.True(failure is null, $"seed {seed}, round {round}: {failure}\n{Encoding.UTF8.GetString(spoiled)}");
        }

        Assert.True(read > 100, $"only {read} could be read: the mutations are too rough to test anything");
    }

    private static void Prepare(WorkflowDefinition definition, ActivityLibrary library)
    {
        try
        {
            Program.Of(definition, library, _ => definition);
        }
        catch (WorkflowCycleException)
        {
            // The one thing that preparing may refuse, by name.
        }
    }

    private static byte[] Spoil(string text, Random random)
    {
        if (random.Next(4) == 0)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            return bytes;
        }

        var root = JsonNode.Parse(text)!;
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var nodes = Below(root).ToList();
            if (nodes.Count > 0)
                Change(nodes[random.Next(nodes.Count)], nodes[random.Next(nodes.Count)], random);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static void Change((JsonNode Parent, string? Name, int Index) place, (JsonNode Parent, string? Name, int Index) other, Random random)
    {
        var value = random.Next(3) switch
        {
            0 => JsonNode.Parse(Strange[random.Next(Strange.Length)]),
            1 => (other.Name is null ? other.Parent[other.Index] : other.Parent[other.Name])?.DeepClone(),
            _ => null,
        };
        switch (place.Parent)
        {
            case JsonObject members when random.Next(4) == 0:
                members.Remove(place.Name!);
                break;
            case JsonObject members:
                members[place.Name!] = value;
                break;
            case JsonArray items when random.Next(4) == 0:
                items.RemoveAt(place.Index);
                break;
            case JsonArray items:
                items[place.Index] = value;
                break;
        }
    }

    private static IEnumerable<(JsonNode Parent, string? Name, int Index)> Below(JsonNode? node) => node switch
    {
        JsonObject members => members.ToList().SelectMany(member => Below(member.Value).Prepend((members, member.Key, 0))),
        JsonArray items => items.ToList().SelectMany((item, index) => Below(item).Prepend((items, null, index))),
        _ => [],
    };
}
