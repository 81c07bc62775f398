using System.Text.Json.Nodes;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>What the designer offers: activities, expressions, types, strategies (elsa-contract 3.8). Only what can really be run is listed.</summary>
internal static class DescriptorsApi
{
    public static void MapDescriptors(this IEndpointRouteBuilder api)
    {
        var descriptors = api.MapGroup("/descriptors");
        descriptors.MapGet("/activities", ActivitiesAsync).RequirePermission("read:activity-descriptors");
        descriptors.MapGet("/activities/{type}", ActivityAsync).RequirePermission("read:activity-descriptors");
        descriptors.MapGet("/expression-descriptors", Expressions).RequirePermission("read:expression-descriptors");
        descriptors.MapGet("/storage-drivers", () => ElsaJson.Ok(new { items = Drivers })).RequirePermission("read:storage-drivers");
        descriptors.MapGet("/variables", () => ElsaJson.Ok(new { items = Types })).RequirePermission("read:variable-descriptors");
        descriptors.MapGet("/incident-strategies", () => ElsaJson.List(Strategies.Incidents)).RequirePermission("read:incident-strategies");
        descriptors.MapGet("/workflow-activation-strategies", () => ElsaJson.List(Strategies.Activation)).RequirePermission("read:workflow-activation-strategies");
        descriptors.MapGet("/log-persistence-strategies", () => ElsaJson.List(Strategies.LogPersistence)).RequirePermission("read:log-persistence-strategies");
        descriptors.MapGet("/commit-strategies/workflows", () => ElsaJson.List(Array.Empty<object>())).RequirePermission("read:commit-strategies");
        descriptors.MapGet("/commit-strategies/activities", () => ElsaJson.List(Array.Empty<object>())).RequirePermission("read:commit-strategies");
        descriptors.MapGet("/output-converters", () => ElsaJson.List(Array.Empty<object>())).RequirePermission("read:output-converters");
    }

    private static async Task<IResult> ActivitiesAsync(Installation installation, CancellationToken cancellationToken) =>
        ElsaJson.List(await AllAsync(installation, cancellationToken));

    private static async Task<IResult> ActivityAsync(string type, HttpContext context, Installation installation, CancellationToken cancellationToken)
    {
        var version = new Query(context).Number("version");
        var found = (await AllAsync(installation, cancellationToken)).Where(item => (string?)item["typeName"] == type && (version is null || (int?)item["version"] == version))
            .MaxBy(item => (int?)item["version"]);
        return found is null ? Results.NotFound() : ElsaJson.Ok(found);
    }

    private static async Task<List<JsonObject>> AllAsync(Installation installation, CancellationToken cancellationToken)
    {
        var all = installation.Library.Descriptors.Select(ActivityDescriptors.Of).ToList();
        all.AddRange(ActivityDescriptors.Internal());
        var (versions, _) = await installation.Definitions.ListAsync(new() { Order = DefinitionOrder.Version, Descending = true }, cancellationToken);
        var known = all.Select(item => ((string?)item["typeName"], (int?)item["version"])).ToHashSet();
        foreach (var version in versions.Where(version => version.Definition.Options.UsableAsActivity))
        {
            // Two workflows of the same name cannot both be activities: Studio needs type and version to be one.
            if (known.Add((version.Definition.ActivityTypeName, version.Version)))
                all.Add(ActivityDescriptors.Of(version));
        }

        return all;
    }

    private static IResult Expressions(Installation installation)
    {
        List<object> items =
        [
            new { type = "Literal", displayName = "Literal", isSerializable = true, isBrowsable = false, properties = new JsonObject() },
            new { type = "Object", displayName = "Object", isSerializable = true, isBrowsable = false, properties = new JsonObject { ["MonacoLanguage"] = "json" } },
            new { type = "Json", displayName = "Json", isSerializable = true, isBrowsable = false, properties = new JsonObject { ["MonacoLanguage"] = "json" } },
            new { type = "Variable", displayName = "Variable", isSerializable = true, isBrowsable = true, properties = new JsonObject() },
            new { type = "Input", displayName = "Input", isSerializable = true, isBrowsable = true, properties = new JsonObject() },
        ];
        if (installation.Library.Languages.Knows("JavaScript"))
            items.Add(new { type = "JavaScript", displayName = "JavaScript", isSerializable = true, isBrowsable = true, properties = new JsonObject { ["MonacoLanguage"] = "javascript" } });
        return ElsaJson.List(items);
    }

    private static readonly object[] Drivers =
    [
        new { typeName = "WorkflowInstanceStorageDriver", displayName = "Workflow Instance", priority = 5, deprecated = false },
        new { typeName = "MemoryStorageDriver", displayName = "Memory", priority = 0, deprecated = false },
    ];

    private static readonly object[] Types =
    [
        .. new[]
        {
            ("Object", "Any value."), ("String", "A text."), ("Boolean", "True or false."), ("Int32", "A 32 bit whole number."), ("Int64", "A 64 bit whole number."),
            ("Single", "A 32 bit floating point number."), ("Double", "A 64 bit floating point number."), ("Decimal", "A decimal number."), ("Guid", "A unique id."),
            ("DateTime", "A date and time."), ("DateTimeOffset", "A date and time with its offset."), ("TimeSpan", "A span of time."),
        }.Select(type => new { typeName = type.Item1, displayName = type.Item1, category = "Primitives", description = type.Item2 }),
        new { typeName = "JsonElement", displayName = "JsonElement", category = "Dynamic", description = "Any JSON." },
    ];
}

/// <summary>Strategies by the names that Elsa's definitions hold.</summary>
internal static class Strategies
{
    public static readonly object[] Incidents =
    [
        Strategy("Continue with incidents", "The workflow goes on; the incident is recorded.", "Elsa.Workflows.IncidentStrategies.ContinueWithIncidentsStrategy, Elsa.Workflows.Core"),
        Strategy("Fault", "The workflow ends as faulted.", "Elsa.Workflows.IncidentStrategies.FaultStrategy, Elsa.Workflows.Core"),
    ];

    public static readonly object[] Activation =
    [
        Strategy("Always", "Any number of runs at once.", "Elsa.Workflows.ActivationValidators.AllowAlwaysStrategy, Elsa.Workflows.Core"),
        Strategy("Correlated singleton", "One run of this definition for each correlation id.", "Elsa.Workflows.Runtime.ActivationValidators.CorrelatedSingletonStrategy, Elsa.Workflows.Runtime"),
        Strategy("Correlation", "One run of any definition for each correlation id.", "Elsa.Workflows.Runtime.ActivationValidators.CorrelationStrategy, Elsa.Workflows.Runtime"),
        Strategy("Singleton", "One run of this definition.", "Elsa.Workflows.Runtime.ActivationValidators.SingletonStrategy, Elsa.Workflows.Runtime"),
    ];

    public static readonly object[] LogPersistence =
    [
        Strategy("Include", "Values are recorded; the only way here.", "Elsa.Workflows.LogPersistence.Strategies.Include, Elsa.Workflows.Core"),
    ];

    private static object Strategy(string displayName, string description, string typeName) => new { displayName, description, typeName };
}
