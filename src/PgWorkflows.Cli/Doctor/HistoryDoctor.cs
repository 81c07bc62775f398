using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;

namespace PgWorkflows.Cli.Doctor;

/// <summary>Looks at our own parts: configuration, history, shipped definitions, runs without a process.</summary>
internal static class HistoryDoctor
{
    public static async Task<IReadOnlyList<Diagnosis>> ExamineAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var diagnoses = new List<Diagnosis>
        {
            new("configuration", workspace.Resources.All.Count == 0 ? Verdict.Note : Verdict.Good,
                $"{workspace.ConfigurationFile}, {workspace.Resources.All.Count} {(workspace.Resources.All.Count == 1 ? "resource" : "resources")}",
                workspace.Resources.All.Count == 0 ? "add a resource under PgWorkflows:Resources" : null),
        };

        diagnoses.AddRange(workspace.Problems.Select(wrong => new Diagnosis("configuration", Verdict.Bad, $"{wrong.Key} {wrong.Problem}", wrong.Cure)));

        var problem = workspace.Database.CheckIntegrity();
        diagnoses.Add(new("history", problem is null ? Verdict.Good : Verdict.Bad, problem ?? workspace.Database.File,
            problem is null ? null : "keep a copy of the file, then begin a new history with --data"));

        if (problem is null && !workspace.Database.TryWriting() && workspace.Database.Health.Trouble is { } trouble)
            diagnoses.Add(new("history", Verdict.Bad, $"cannot be written: {trouble.Message}", trouble.Cure));

        foreach (var closed in await workspace.Runs.CloseGoneAsync(null, cancellationToken))
            diagnoses.Add(new($"run {closed.Id}", Verdict.Note, $"{closed.Action} {closed.Resource}: {closed.Note}", $"look at it: pgw show {closed.Id}"));

        foreach (var definitionId in Enum.GetValues<ResourceProfile>().SelectMany(profile => ResourceAction.All.Select(action => action.DefinitionId(profile))))
        {
            var version = await workspace.Programs.FindAsync(definitionId, workspace.Library, cancellationToken);
            diagnoses.Add(version is null
                ? new($"workflow {definitionId}", Verdict.Bad, "is not there", "install the program anew")
                : new($"workflow {definitionId}", Verdict.Good, $"version {version.Stored.Version} ({version.Stored.Hash[..12]})"));
        }

        return diagnoses;
    }
}
