using System.Text.Json;
using PgWorkflows.Engine.Activities;

namespace PgWorkflows.Postgres.Tests.Activities;

/// <summary>What definitions and Elsa Studio rely on: type names, inputs, outputs, outcomes. Both homes are held to this file.</summary>
public sealed class DescriptorTests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n",
    };

    [Fact]
    public void Descriptors_are_those_of_the_committed_snapshot()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Activities", "descriptors.json");
        var actual = JsonSerializer.Serialize(Descriptors(), Json) + "\n";

        // On purpose: write the file beside, compare by eye, replace descriptors.json in the sources.
        if (File.ReadAllText(path) != actual)
            File.WriteAllText(path + ".actual", actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }

    [Fact]
    public void Only_the_commands_have_an_effect() =>
        Assert.Equal(["PgWorkflows.StartService", "PgWorkflows.StopService"], Descriptors().Where(d => d.HasEffect).Select(d => d.Type));

    [Fact]
    public void Every_activity_is_in_the_palette_and_takes_the_resource_first() => Assert.All(Descriptors(), descriptor =>
    {
        Assert.Equal("PostgreSQL", descriptor.Category);
        Assert.Equal("Resource", descriptor.Inputs[0].Name);
        Assert.All(descriptor.Inputs, input => Assert.EndsWith(".", input.Description, StringComparison.Ordinal));
        Assert.All(descriptor.Outputs, output => Assert.EndsWith(".", output.Description, StringComparison.Ordinal));
    });

    private static List<ActivityDescriptor> Descriptors() => [.. new ScriptedEdges().Activities().Select(activity => activity.Descriptor)];
}
