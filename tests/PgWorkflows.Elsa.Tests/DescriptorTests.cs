using System.Text.Json;
using Elsa.Workflows;
using Elsa.Workflows.Models;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Engine.Values;
using Xunit;

namespace PgWorkflows.Elsa.Tests;

/// <summary>What Elsa says of the activities is what the committed snapshot says, to which our own home is held too.</summary>
public sealed class DescriptorTests(ElsaHome home) : IClassFixture<ElsaHome>
{
    public static TheoryData<string> Types => [.. Snapshot().Select(one => one.GetProperty("Type").GetString()!)];

    [Theory, MemberData(nameof(Types))]
    public void Elsa_describes_an_activity_as_the_snapshot_does(string type)
    {
        var expected = Snapshot().Single(one => one.GetProperty("Type").GetString() == type);
        var seen = home.Services.GetRequiredService<IActivityRegistry>().Find(type);

        Assert.NotNull(seen);
        Assert.Equal(Text(expected, "DisplayName"), seen.DisplayName);
        Assert.Equal(Text(expected, "Category"), seen.Category);
        Assert.Equal(Text(expected, "Description"), seen.Description);
        Assert.Equal(expected.GetProperty("IsTerminal").GetBoolean(), seen.IsTerminal);
        Assert.Equal(expected.GetProperty("Kind").GetInt32(), (int)seen.Kind);
        var outcomes = expected.GetProperty("Outcomes").EnumerateArray().Select(one => one.GetString()).ToList();
        Assert.Equal(outcomes is ["Done"] ? [] : outcomes, seen.Ports.Where(port => port.Type == PortType.Flow).Select(port => port.Name));
        Assert.Equal(
            expected.GetProperty("Inputs").EnumerateArray().Select(one => $"{Text(one, "Name")}: {Text(one, "TypeName")}, {Text(one, "UIHint")}, '{one.GetProperty("DefaultValue")}'. {Text(one, "Description")}"),
            seen.Inputs.Select(one => $"{one.Name}: {TypeAliases.Of(one.Type)}, {one.UIHint}, '{one.DefaultValue}'. {one.Description}"));
        Assert.Equal(
            expected.GetProperty("Outputs").EnumerateArray().Select(one => $"{Text(one, "Name")}: {Text(one, "TypeName")}. {Text(one, "Description")}"),
            seen.Outputs.Select(one => $"{one.Name}: {TypeAliases.Of(one.Type)}. {one.Description}"));
    }

    [Fact]
    public void Elsa_knows_no_activity_of_ours_that_the_snapshot_does_not() =>
        Assert.Equal(
            Snapshot().Select(one => Text(one, "Type")).Order(),
            home.Services.GetRequiredService<IActivityRegistry>().ListAll().Where(one => one.TypeName.StartsWith("PgWorkflows.", StringComparison.Ordinal)).Select(one => one.TypeName).Order());

    private static IReadOnlyList<JsonElement> Snapshot() =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "descriptors.json"))).RootElement.EnumerateArray()];

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
