using System.Reflection;
using Xunit;

namespace PgWorkflows.Runtime.Tests;

/// <summary>Which assembly may know which: an assembly exists to make a reference impossible (architecture.md, "The rooms").</summary>
public sealed class WallTests
{
    public static TheoryData<string, string[]> Walls => new()
    {
        { "PgWorkflows.Engine", [] },
        { "PgWorkflows.JavaScript", ["PgWorkflows.Engine"] },
        { "PgWorkflows.Postgres", ["PgWorkflows.Engine"] },
        { "PgWorkflows.Persistence", ["PgWorkflows.Engine", "PgWorkflows.Postgres"] },
        { "PgWorkflows.Runtime", ["PgWorkflows.Engine", "PgWorkflows.JavaScript", "PgWorkflows.Persistence", "PgWorkflows.Postgres"] },
    };

    [Theory, MemberData(nameof(Walls))]
    public void An_assembly_knows_only_those_below_it(string assembly, string[] allowed)
    {
        var references = Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("PgWorkflows", StringComparison.Ordinal));

        Assert.Equal([], references.Except(allowed));
    }

    /// <summary>Its one package reads calendar rules as Elsa does (ADR 0019); whatever else it should need belongs to a room of its own.</summary>
    [Fact]
    public void The_engine_needs_nothing_but_the_framework_and_Cronos() =>
        Assert.All(
            Assembly.Load("PgWorkflows.Engine").GetReferencedAssemblies().Where(reference => reference.Name != "Cronos"),
            reference => Assert.StartsWith("System.", reference.Name));
}
