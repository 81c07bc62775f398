using System.Text;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.JavaScript;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>What Studio's script editor completes by (elsa-contract 3.10).</summary>
internal static class ScriptingApi
{
    private const int MaxBytes = 16 * 1024;

    public static void MapScripting(this IEndpointRouteBuilder api) =>
        api.MapPost("/scripting/javascript/type-definitions/{definitionId}", DeclareAsync).RequirePermission("read:javascript-type-definitions");

    private static async Task<IResult> DeclareAsync(string definitionId, HttpContext context, Installation installation, DefinitionModels models, CancellationToken cancellationToken)
    {
        // Studio says for which input it asks; every script of a definition has the same functions here.
        var body = await RequestBody.ReadAsync(context, MaxBytes);
        foreach (var member in new[] { "workflowDefinitionId", "activityTypeName", "propertyName" })
            body.Text(member);
        if (await installation.Definitions.ChooseAsync(definitionId, new(VersionKind.Latest), cancellationToken) is not { } version)
            return Results.NotFound();

        var activities = version.Definition.Root?.SelfAndDescendants().ToList() ?? [];
        var program = await models.ProgramAsync(version, cancellationToken);
        var declarations = ScriptDeclarations.Of(
            [.. version.Definition.Variables, .. activities.SelectMany(activity => activity.Variables), .. activities.SelectMany(LoopVariables)],
            version.Definition.Inputs,
            (program?.Nodes ?? []).Where(node => node.Name is not null).SelectMany(node => (node.Descriptor?.Outputs ?? []).Select(output => (node.Name!, output))));
        return Results.File(Encoding.UTF8.GetBytes(declarations), "application/x-typescript", $"elsa.{definitionId}.d.ts");
    }

    /// <summary>What the scripts in a loop's body see, although no definition names it.</summary>
    private static IEnumerable<VariableDefinition> LoopVariables(ActivityNode activity)
    {
        string[] names = activity.Type switch
        {
            "Elsa.For" => ["CurrentValue"],
            "Elsa.ForEach" or "Elsa.ParallelForEach" => ["CurrentIndex", "CurrentValue"],
            _ => [],
        };
        return names.Select(name => new VariableDefinition($"{activity.Id}:{name}", name, name == "CurrentIndex" ? "Int32" : "Object", null, IsPersistent: true));
    }
}
