using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Definitions;

namespace PgWorkflows.Runtime;

/// <summary>The published workflows, ready to run, each with the versions it is made of.</summary>
public sealed class Programs(DefinitionStore definitions)
{
    private IReadOnlyDictionary<string, StoredDefinition>? _published;

    /// <summary>The published version of a workflow; null when there is none.</summary>
    public async Task<ProgramVersion?> FindAsync(string definitionId, ActivityLibrary library, CancellationToken cancellationToken)
    {
        if (_published is null)
        {
            await definitions.ImportAsync(ShippedDefinitions.Read(), cancellationToken);
            _published = await definitions.PublishedAsync(cancellationToken);
        }

        if (!_published.TryGetValue(definitionId, out var stored))
            return null;

        var uses = new Dictionary<string, string>(StringComparer.Ordinal);
        var program = Program.Of(stored.Definition, library, reference =>
        {
            if (reference.DefinitionId is null || !_published.TryGetValue(reference.DefinitionId, out var used))
                return null;
            uses[reference.DefinitionId] = used.VersionId;
            return used.Definition;
        });
        return new(program, stored, uses);
    }
}

/// <summary>A program and the stored versions it was made of.</summary>
public sealed record ProgramVersion(Program Program, StoredDefinition Stored, IReadOnlyDictionary<string, string> Uses);
