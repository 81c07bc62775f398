using System.Collections.Concurrent;
using System.Text.Json;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Definitions;

namespace PgWorkflows.Runtime;

/// <summary>The workflows, ready to run, each with the versions it is made of. What another process publishes is seen at the next look.</summary>
public sealed class Programs(DefinitionStore definitions)
{
    private readonly ConcurrentDictionary<string, StoredDefinition> _read = new(StringComparer.Ordinal);
    private volatile bool _imported;

    /// <summary>Brings the shipped definitions in, once.</summary>
    public async Task ImportAsync(CancellationToken cancellationToken)
    {
        if (_imported)
            return;
        await definitions.ImportAsync(ShippedDefinitions.Read(), cancellationToken); // Two at once do no harm: each looks again in its transaction.
        _imported = true;
    }

    /// <summary>The published version of a workflow; null when there is none.</summary>
    public async Task<ProgramVersion?> FindAsync(string definitionId, ActivityLibrary library, CancellationToken cancellationToken)
    {
        await ImportAsync(cancellationToken);
        var published = await PublishedAsync(cancellationToken);
        return published.TryGetValue(definitionId, out var stored) ? Prepare(stored, library, published) : null;
    }

    /// <summary>One version of a workflow, published or not, made of the published versions of what it uses.</summary>
    public async Task<ProgramVersion> OfAsync(DefinitionVersion version, ActivityLibrary library, CancellationToken cancellationToken) =>
        Prepare(version.ToStored(), library, await PublishedAsync(cancellationToken));

    /// <summary>A version as a run ran it, made of the versions that the run names; null when one of them is gone.</summary>
    /// <param name="versionId">The run's version.</param>
    /// <param name="uses">The run's uses: definition ids with their version ids, as JSON.</param>
    /// <param name="library">The activity types known here.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<Program?> OfRunAsync(string versionId, string uses, ActivityLibrary library, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(versionId, cancellationToken) is not { } stored)
            return null;
        var used = new Dictionary<string, StoredDefinition>(StringComparer.Ordinal);
        foreach (var (definitionId, usedVersion) in JsonSerializer.Deserialize<Dictionary<string, string>>(uses)!)
        {
            if (await definitions.FindAsync(usedVersion, cancellationToken) is not { } inner)
                return null;
            used[definitionId] = inner;
        }

        return Prepare(stored, library, used).Program;
    }

    /// <summary>The ids of the published versions by definition id.</summary>
    public Task<IReadOnlyDictionary<string, string>> PublishedIdsAsync(CancellationToken cancellationToken) => definitions.PublishedIdsAsync(cancellationToken);

    /// <summary>The published definitions by definition id.</summary>
    public async Task<IReadOnlyDictionary<string, StoredDefinition>> PublishedAsync(CancellationToken cancellationToken)
    {
        var published = new Dictionary<string, StoredDefinition>(StringComparer.Ordinal);
        foreach (var (definitionId, versionId) in await definitions.PublishedIdsAsync(cancellationToken))
        {
            // A version never changes once it is published, so it is read once.
            if (!_read.TryGetValue(versionId, out var stored))
            {
                if (await definitions.FindAsync(versionId, cancellationToken) is not { } found)
                    continue; // Deleted in this moment by somebody else.
                _read[versionId] = stored = found;
            }

            published[definitionId] = stored;
        }

        return published;
    }

    /// <summary>The published version of a definition with its place among the others; null when there is none.</summary>
    public async Task<DefinitionVersion?> PublishedVersionAsync(string definitionId, CancellationToken cancellationToken)
    {
        await ImportAsync(cancellationToken);
        return await definitions.ChooseAsync(definitionId, new(VersionKind.Published), cancellationToken);
    }

    private static ProgramVersion Prepare(StoredDefinition stored, ActivityLibrary library, IReadOnlyDictionary<string, StoredDefinition> others)
    {
        var uses = new Dictionary<string, string>(StringComparer.Ordinal);
        var program = Program.Of(stored.Definition, library, reference =>
        {
            if (reference.DefinitionId is null || !others.TryGetValue(reference.DefinitionId, out var used))
                return null;
            uses[reference.DefinitionId] = used.VersionId;
            return used.Definition;
        });
        return new(program, stored, uses);
    }
}

/// <summary>A program and the stored versions it was made of.</summary>
public sealed record ProgramVersion(Program Program, StoredDefinition Stored, IReadOnlyDictionary<string, string> Uses);
