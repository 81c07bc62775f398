namespace PgWorkflows.EndToEnd.Tests;

/// <summary>All tests of Studio share one server and one browser, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class StudioCollection : ICollectionFixture<StudioSession>
{
    public const string Name = "Studio";
}
