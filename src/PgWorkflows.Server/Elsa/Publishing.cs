using System.Text;
using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence.Definitions;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Upgrades;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Elsa;

/// <summary>Publishing goes through the validation; its errors are told as Studio shows them.</summary>
internal static class Publishing
{
    /// <summary>Looks at a definition before it is even saved, so that a refused publish changes nothing.</summary>
    public static async Task RequireValidAsync(Installation installation, DefinitionInput input, CancellationToken cancellationToken)
    {
        var probe = (JsonObject)input.Content.DeepClone();
        probe["definitionId"] = input.DefinitionId ?? "new";
        probe.Remove("version");
        var (definition, findings) = DefinitionReader.Read(Encoding.UTF8.GetBytes(probe.ToJsonString(ElsaJson.Options)));
        Refuse(definition is null ? findings : await DefinitionCheck.FindAsync(installation, definition, cancellationToken));
    }

    public static async Task<IResult> PublishAsync(DefinitionVersion draft, Installation installation, DefinitionModels models, Caller caller, CancellationToken cancellationToken)
    {
        Refuse(await DefinitionCheck.FindAsync(installation, draft.Definition, cancellationToken));
        var published = await installation.Definitions.PublishAsync(draft, cancellationToken)
            ?? throw new Refusal(StatusCodes.Status409Conflict, Refusal.General, "The draft was changed by somebody else in the meantime. Open it anew and publish again.");
        return await DefinitionChangesApi.AnswerAsync(published, false, models, caller, cancellationToken);
    }

    private static void Refuse(IReadOnlyList<Finding> findings)
    {
        var errors = findings.Where(finding => finding.Severity == Severity.Error).ToArray();
        if (errors.Length > 0)
            throw new Refusal(Refusal.General, [.. errors.Select(error => $"{error.Place}: {error.Problem}. {error.Cure}.")]);
    }
}
